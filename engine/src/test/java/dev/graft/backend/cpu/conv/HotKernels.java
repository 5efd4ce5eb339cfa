package dev.graft.backend.cpu.conv;

import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.gemm.Blocking;
import dev.graft.backend.cpu.gemm.Microkernel;
import java.util.List;

/**
 * Calls the kernels that this machine's convolutions spend their time in, until all are compiled.
 */
final class HotKernels {
  private static final int CALLS = 20_000;
  private static final int DEPTH = 16;
  private static final int L = Vectors.LANES;

  private final float[] x = new float[1 << 16];
  private final float[] y = new float[1 << 16];
  private final float[] sums = new float[1 << 12];

  private HotKernels() {}

  public static void main(String[] args) {
    HotKernels all = new HotKernels();
    // One after the other: a loop over all of them would be compiled instead, with them inside.
    for (Runnable kernel : all.kernels()) {
      for (int i = 0; i < CALLS; i++) {
        kernel.run();
      }
    }
  }

  private List<Runnable> kernels() {
    boolean has32 = Microkernel.MR >= 14;
    Runnable pairs =
        () -> {
          NarrowTile.sum(NarrowTile.LONG, true, x, 0, 8, 4, 8, DEPTH, y, 0, sums);
          NarrowTile.sum(NarrowTile.SHORT, true, x, 0, 8, 4, 8, DEPTH, y, 0, sums);
        };
    return List.of(
        () -> Microkernel.runRows(Microkernel.MR, 2 * L, DEPTH, x, 0, y, 0, false, sums, 0),
        () -> Microkernel.HALF.run(DEPTH, x, 0, y, 0, true, sums, 0),
        () -> Microkernel.runRows(2 * Microkernel.MR, L, DEPTH, x, 0, y, 0, false, sums, 0),
        () -> OuterProducts.BEST.run(x, 0, 32, 999, 4, 16, y, 0, Blocking.NR, true, sums, 0),
        () -> OuterProducts.BEST.run(x, 0, 32, 999, 4, 16, y, 0, Blocking.NR, false, sums, 0),
        () -> NarrowTile.sum(NarrowTile.LONG, false, x, 0, 8, 4, 8, DEPTH, y, 0, sums),
        () -> NarrowTile.sum(NarrowTile.SHORT, false, x, 0, 8, 4, 8, DEPTH, y, 0, sums),
        has32 ? pairs : () -> {},
        () -> WinogradOuterProducts.sum(true, x, 0, 32, y, 0, 32, DEPTH, true, sums, 0),
        () -> WinogradOuterProducts.sum(false, x, 0, 32, y, 0, 32, DEPTH, true, sums, 0));
  }
}
