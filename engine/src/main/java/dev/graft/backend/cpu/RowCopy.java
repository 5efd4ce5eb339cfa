package dev.graft.backend.cpu;

import dev.graft.backend.View;

/** Copies between layouts that share runs of neighbours: parts of images, padding. */
final class RowCopy implements Parallel.RangeBody {
  private final float[] from;
  private final float[] to;
  private final Nest nest;

  private RowCopy(View src, View dst, Nest nest) {
    this.from = src.array();
    this.to = dst.array();
    this.nest = nest;
  }

  /** The copy as a loop that allocates nothing, or null where there are no common runs. */
  static Runnable of(View src, View dst) {
    Nest nest = Nest.of(dst.layout(), src.layout());
    if (dst.numel() == 0 || nest.step(0) != 1 || nest.step(1) != 1) {
      return null;
    }
    return new Parallel.Loop(
        nest.numel() / nest.length(),
        Math.max(1, ElementwiseSimd.GRAIN / nest.length()),
        new RowCopy(src, dst, nest));
  }

  @Override
  public void run(int first, int last) {
    int length = nest.length();
    for (int row = first; row < last; row++) {
      int target = nest.offset(0);
      int source = nest.offset(1);
      int rest = row;
      for (int d = nest.rank() - 2; d >= 0; d--) {
        int i = rest % nest.dim(d);
        rest /= nest.dim(d);
        target += i * nest.stride(0, d);
        source += i * nest.stride(1, d);
      }
      System.arraycopy(from, source, to, target, length);
    }
  }
}
