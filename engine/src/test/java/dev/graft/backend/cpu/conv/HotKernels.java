package dev.graft.backend.cpu.conv;

import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.gemm.Microkernel;
import dev.graft.backend.cpu.gemm.ProductsInPlace;
import java.util.ArrayList;
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

  private final ReadAhead ahead = new ReadAhead(16, 1 << 16, new ReadAhead.Range(x, 0, 64));

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
    List<Runnable> all = new ArrayList<>();
    all.add(() -> Microkernel.runRows(Microkernel.MR, 2 * L, DEPTH, x, 0, y, 0, false, sums, 0));
    all.add(() -> Microkernel.HALF.run(DEPTH, x, 0, y, 0, true, sums, 0, 2 * L));
    all.add(() -> Microkernel.runRows(2 * Microkernel.MR, L, DEPTH, x, 0, y, 0, false, sums, 0));
    all.add(new ProductsInPlace(x, y));
    boolean has32 = Microkernel.MR >= 14;
    for (boolean two : new boolean[] {true, false}) {
      if (has32) {
        all.add(() -> outerProducts(two));
        all.add(this::packedOuterProducts);
        all.add(() -> narrow(NarrowTile.LONG, two));
        all.add(() -> narrow(NarrowTile.SHORT, two));
      } else {
        all.add(() -> OuterProducts6.run(x, 0, y, 0, DEPTH, two, true, sums, 0));
        all.add(() -> narrow(NarrowTile.SIX, two));
      }
      all.add(() -> winograd(WinogradOuterProducts.ROWS, two));
      all.add(() -> winograd(WinogradOuterProducts.rows(6), two));
    }
    if (!has32) {
      all.add(() -> narrow(NarrowTile.LONG, false));
      all.add(() -> narrow(NarrowTile.SHORT, false));
    }
    return all;
  }

  private void outerProducts(boolean two) {
    OuterProducts13.run(x, 0, 32, 999, 4, 16, y, 0, 2 * L, two, true, sums, 0);
  }

  private void packedOuterProducts() {
    ahead.advance();
    OuterProducts.run(x, 0, y, 0, 16, true, true, ahead, sums, 0);
  }

  private void narrow(int pixels, boolean two) {
    NarrowTile.sum(pixels, two, x, 0, 8, 4, 8, DEPTH, y, 0, sums);
  }

  private void winograd(int rows, boolean two) {
    WinogradOuterProducts.sum(rows, two, x, 0, 32, y, 0, 2 * L, DEPTH, true, sums, 0);
  }
}
