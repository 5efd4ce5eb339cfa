package dev.graft.backend.cpu.conv;

import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.gemm.Microkernel;

/** The innermost sums of a weight gradient, by as many as this machine's vector registers hold. */
final class OuterProducts {
  /** Whether there are 32 vector registers, for {@link OuterProducts13}. */
  static final boolean WIDE = Microkernel.MR >= 14;

  /** Columns of x in a tile, and the floats from a pixel to the next. */
  static final int ROWS = WIDE ? OuterProducts13.ROWS : OuterProducts6.ROWS;

  static final int STEP = WIDE ? OuterProducts13.STEP : OuterProducts6.STEP;

  /** Floats from a pixel's gradients to the next's. */
  private static final int NR = 2 * Vectors.LANES;

  private OuterProducts() {}

  /**
   * {@code sums[at + r·2L + l] (+)= Σ_p x[xAt + p·STEP + r]·g[gAt + p·2L + l]} for r below {@link
   * #ROWS}.
   *
   * @param both whether l goes over two vectors or one
   * @param add whether the sums begin with what is there instead of zero
   * @param ahead what is read besides, where there are registers for it
   */
  static void run(
      float[] x,
      int xAt,
      float[] g,
      int gAt,
      int pixels,
      boolean both,
      boolean add,
      ReadAhead ahead,
      float[] sums,
      int at) {
    if (WIDE && both) {
      float[] next = ahead.array(x);
      int distance = ahead.distance(xAt);
      int seen = PackedOuterProducts13.run(x, xAt, g, gAt, pixels, next, distance, add, sums, at);
      ahead.see(seen);
    } else if (WIDE) {
      OuterProducts13.run(x, xAt, STEP, 0, pixels, pixels, g, gAt, NR, false, add, sums, at);
    } else {
      OuterProducts6.run(x, xAt, g, gAt, pixels, both, add, sums, at);
    }
  }
}
