package dev.graft.backend.cpu.conv;

import dev.graft.backend.cpu.Vectors;

/**
 * The innermost sums of a weight gradient: over a block of pixels, the outer products of some
 * neighbouring values of x with two vectors of output gradients. x is read where it lies, at
 * constant distances from the pixel: nothing is transposed.
 */
abstract class OuterProducts {
  /** For this machine's number of vector registers, as the matrix product's microkernel. */
  static final OuterProducts BEST = best();

  /** Values of x in a tile. */
  abstract int rows();

  /**
   * {@code sums[at + r·2L + l] += Σ x[i + r]·g[gAt + pixel·gStep + l]} over {@code pixels} pixels
   * and r below {@link #rows()}: i goes from xAt by {@code step}, and from a row of {@code columns}
   * pixels to the next by {@code line}. One loop: nested ones, and sums that start from memory, box
   * their accumulators at times (3 GFLOP/s).
   *
   * @param both whether to multiply the second vector of g too; its sums are else left as they are
   */
  abstract void run(
      float[] x,
      int xAt,
      int step,
      int line,
      int columns,
      int pixels,
      float[] g,
      int gAt,
      int gStep,
      boolean both,
      float[] sums,
      int at);

  private static OuterProducts best() {
    boolean has32 = Vectors.LANES == 16 || System.getProperty("os.arch").equals("aarch64");
    return has32 ? new OuterProducts14() : new OuterProducts6();
  }
}
