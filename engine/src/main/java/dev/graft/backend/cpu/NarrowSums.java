package dev.graft.backend.cpu;

import java.util.Arrays;

/**
 * Sums over all rows of a matrix with few columns that lies without gaps, such as the bias gradient
 * of a convolution: several rows are taken as one, so that vectors are full.
 */
final class NarrowSums {
  /** Floats of the rows that are taken together, at most. */
  private static final int WIDE = 256;

  /** Rows that are added up in single precision before double precision takes over. */
  private static final int ROWS = 128;

  /** Floats in a task. */
  private static final int TASK = 1 << 16;

  private NarrowSums() {}

  static boolean accepts(ReductionSimd.Job job) {
    return job.kind() == ReductionSimd.Kind.SUM
        && job.length() <= WIDE / 4
        && job.kept().numel() == 1
        && job.reduced().rank() == 1
        && job.reduced().stride(0, 0) == job.length();
  }

  static void run(ReductionSimd.Job job, int outStep) {
    int length = job.length();
    int rows = job.reduced().numel();
    int at = job.kept().cursor(0).at(0);
    int wide = WIDE / length * length;
    int chunk = TASK / wide * (wide / length);
    double[][] partial = new double[Math.ceilDiv(rows, chunk)][];
    Parallel.forRange(
        rows,
        chunk,
        (from, to) ->
            partial[from / chunk] =
                sums(job.x(), at + from * length, (to - from) * length, length, wide));
    int target = job.kept().cursor(0).at(1);
    for (int c = 0; c < length; c++) {
      double total = 0;
      for (double[] p : partial) {
        total += p[c];
      }
      job.out()[target + c * outStep] = (float) total;
    }
  }

  private static double[] sums(float[] x, int at, int n, int length, int wide) {
    double[] total = new double[length];
    float[] acc = new float[wide];
    for (int start = 0; start < n; start += ROWS * wide) {
      Arrays.fill(acc, 0);
      int end = Math.min(n, start + ROWS * wide);
      int i = start;
      for (; i <= end - 4 * wide; i += 4 * wide) {
        int j = at + i;
        RowLoops.addFour(x, j, j + wide, j + 2 * wide, j + 3 * wide, acc, wide);
      }
      for (; i < end; i += wide) {
        RowLoops.addOne(x, at + i, acc, Math.min(wide, end - i));
      }
      for (int c = 0; c < wide; c++) {
        total[c % length] += acc[c];
      }
    }
    return total;
  }
}
