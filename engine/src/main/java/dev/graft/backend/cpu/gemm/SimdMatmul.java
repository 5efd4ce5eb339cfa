package dev.graft.backend.cpu.gemm;

import dev.graft.backend.MatmulKernels;
import dev.graft.backend.View;
import dev.graft.backend.cpu.BufferPool;
import dev.graft.backend.cpu.cold.Warming;
import java.util.ArrayList;
import java.util.List;

/** Batches of matrix products. */
public final class SimdMatmul implements MatmulKernels {
  private final BufferPool pool;

  /** What products run by, in the order of its worth. */
  public static List<Warming> warmings() {
    List<Warming> all = new ArrayList<>(Microkernel.warmings());
    all.add(1, TileStore.warming());
    all.add(Skinny.warming());
    all.add(InPlaceKernel.warming());
    return all;
  }

  public SimdMatmul(BufferPool pool) {
    this.pool = pool;
  }

  /** The product as a loop made ready, where there is one matrix of few rows; else null. */
  public static Runnable fewRows(View a, View y, View bias, View out) {
    boolean fits = out.dim(0) == 1 && out.numel() > 0 && Skinny.accepts(a, y, out);
    return fits ? Skinny.loop(a, y, bias, out, 0) : null;
  }

  @Override
  public void matmul(View a, View y, View bias, View out) {
    int m = out.dim(1);
    int n = out.dim(2);
    int k = a.dim(2);
    if (out.numel() == 0) {
      return;
    }
    if (Skinny.accepts(a, y, out)) {
      for (int b = 0; b < out.dim(0); b++) {
        Skinny.loop(a, y, bias, out, b).run();
      }
      return;
    }
    boolean byColumns = GemmTasks.isOwnedByColumns(m, n, k);
    float[] packed = byColumns ? null : pool.take(PackedB.arrayLength(k, n));
    for (int b = 0; b < out.dim(0); b++) {
      int yAt = y.offset() + b * y.stride(0);
      PackedB right =
          byColumns
              ? PackedB.unpacked(k, n, y.array(), yAt, y.stride(1), y.stride(2))
              : PackedB.pack(k, n, y.array(), yAt, y.stride(1), y.stride(2), packed);
      int to = out.offset() + b * m * n;
      Gemm.run(
          m,
          RowPacker.strided(a.array(), a.offset() + b * a.stride(0), a.stride(1), a.stride(2)),
          right,
          bias == null ? null : bias.array(),
          bias == null ? 0 : bias.offset(),
          false,
          out.array(),
          row -> to + row * n);
    }
    if (!byColumns) {
      pool.give(packed);
    }
  }
}
