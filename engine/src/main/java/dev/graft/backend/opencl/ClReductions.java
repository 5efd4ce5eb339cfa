package dev.graft.backend.opencl;

import dev.graft.backend.ReductionKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;

/** The kernels of {@code reductions.cl}. */
final class ClReductions implements ReductionKernels {
  private static final String FILE = "reductions.cl";

  /** Elements of a chunk where a group, or an item, goes along it. */
  private static final int ROW_CHUNK = 4096;

  private static final int COLUMN_CHUNK = 64;

  /** Results and chunks that keep a large device busy. */
  private static final int ENOUGH_GROUPS = 1024;

  private static final int ENOUGH_ITEMS = 1 << 17;
  private static final int MOST_CHUNKS = 1024;
  private static final int GROUP = 128;

  private final ClBackend backend;

  ClReductions(ClBackend backend) {
    this.backend = backend;
  }

  @Override
  public void reduce(Kind kind, View x, boolean[] reduced, View out) {
    int[] keptDims = x.shape().toArray();
    int[] reducedDims = x.shape().toArray();
    for (int i = 0; i < reduced.length; i++) {
      keptDims[i] = reduced[i] ? 1 : keptDims[i];
      reducedDims[i] = reduced[i] ? reducedDims[i] : 1;
    }
    Layout results = Layout.of(Shape.of(keptDims), x.layout().strides(), x.offset());
    Layout terms = Layout.of(Shape.of(reducedDims), x.layout().strides(), 0);
    ClNest inner = ClNest.inMemoryOrder(terms);
    if (inner.rank() > ClLaunch.RANK) {
      View dense = dense(x);
      reduce(kind, dense, reduced, out);
      ((ClBuffer) dense.buffer()).release();
      return;
    }
    for (ClNest outer : ClNest.inMemoryOrder(results, out.layout()).parts()) {
      reduce(kind, x, inner, outer, out);
    }
  }

  /** A row-major copy, in which neighbouring dimensions join. */
  private View dense(View x) {
    View copy = new View(backend.buffer(x.numel()), Layout.rowMajor(x.shape()));
    backend.copies().copy(x, copy);
    return copy;
  }

  private void reduce(Kind kind, View x, ClNest inner, ClNest outer, View out) {
    int kept = outer.count();
    int count = inner.count();
    boolean rows = alongRows(inner, outer, count, kept);
    int chunks = chunks(count, kept, rows);
    int chunk = Math.max(1, (count + chunks - 1) / chunks);
    ClBuffer partial = chunks == 1 ? backend.nothing() : backend.buffer(2 * kept * chunks);
    ClLaunch launch = backend.launch(FILE, rows ? "reduce_rows" : "reduce_columns");
    outer.begin(launch).ints8(0, outer.strides(1)).ints8(0, outer.strides(0));
    inner.begin(launch).ints8(0, inner.strides(0));
    launch.of(kind.ordinal()).of(chunk).of(chunks);
    launch.buffer((ClBuffer) x.buffer()).of(outer.offset(0));
    launch.buffer((ClBuffer) out.buffer()).of(outer.offset(1)).buffer(partial);
    if (rows) {
      int group = backend.group(GROUP);
      launch.local(2 * group).groups((long) kept * chunks, group);
    } else {
      launch.run((long) kept * chunks);
    }
    if (chunks > 1) {
      ClLaunch last = outer.begin(backend.launch(FILE, "reduce_chunks"));
      last.ints8(0, outer.strides(1)).of(kind.ordinal()).of(chunks).buffer(partial);
      last.buffer((ClBuffer) out.buffer()).of(outer.offset(1)).run(kept);
      partial.release();
    }
  }

  /** Whether a group goes along what is reduced: where neighbours lie there, or results are few. */
  static boolean alongRows(ClNest inner, ClNest outer, int count, int kept) {
    if (count < 32) {
      return false;
    }
    int along = inner.rank() == 0 ? Integer.MAX_VALUE : Math.abs(inner.strides(0)[0]);
    int across = outer.rank() == 0 ? Integer.MAX_VALUE : Math.abs(outer.strides(0)[0]);
    return along <= across || kept < 8;
  }

  /** By sizes alone, so that the bits depend on nothing else. */
  static int chunks(int count, int kept, boolean rows) {
    int each = rows ? ROW_CHUNK : COLUMN_CHUNK;
    int enough = rows ? ENOUGH_GROUPS : ENOUGH_ITEMS;
    int most = Math.clamp(enough / Math.max(1, kept), 1, MOST_CHUNKS);
    return Math.clamp((count + each - 1) / each, 1, most);
  }

  @Override
  public int[] argmax(View x, int dim) {
    return arg(x, dim, 1);
  }

  @Override
  public int[] argmin(View x, int dim) {
    return arg(x, dim, -1);
  }

  private int[] arg(View x, int dim, float sign) {
    Layout starts = x.layout().slice(dim, 0, Math.min(1, x.dim(dim)), 1);
    ClNest lines = ClNest.rowMajor(starts.shape(), starts);
    if (lines.rank() > ClLaunch.RANK) {
      View dense = dense(x);
      int[] result = arg(dense, dim, sign);
      ((ClBuffer) dense.buffer()).release();
      return result;
    }
    ClBuffer out = backend.buffer(lines.count());
    int group = backend.group(64);
    ClLaunch launch = lines.begin(backend.launch(FILE, "arg_extreme"));
    launch.ints8(0, lines.strides(0)).of(x.dim(dim)).of(x.stride(dim)).of(sign).view(x);
    launch.buffer(out).local(group).local(group).groups(lines.count(), group);
    int[] result = out.readInts(lines.count());
    out.release();
    return result;
  }

  @Override
  public double sumOfSquares(View x) {
    int n = x.numel();
    int chunks = chunks(n, 1, true);
    int chunk = Math.max(1, (n + chunks - 1) / chunks);
    int group = backend.group(GROUP);
    ClBuffer partial = backend.buffer(6 * chunks);
    backend
        .launch(FILE, "square_sums")
        .of(n)
        .of(chunk)
        .view(x)
        .buffer(partial)
        .local(2 * group)
        .groups(chunks, group);
    float[] sums = new float[6 * chunks];
    partial.read(0, sums, 0, sums.length);
    partial.release();
    double[] scales = {0x1p160, 1, 0x1p-200};
    double total = 0;
    for (int i = 0; i < sums.length; i += 2) {
      double part = Float.isFinite(sums[i]) ? (double) sums[i] + sums[i + 1] : sums[i];
      total += part * scales[i / 2 % 3];
    }
    return total;
  }
}
