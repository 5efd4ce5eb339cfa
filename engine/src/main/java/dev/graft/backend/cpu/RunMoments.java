package dev.graft.backend.cpu;

/**
 * Mean and squared deviations of one contiguous run, which memory gives once: each block is summed,
 * then its deviations while it lies in L1. Blocks are combined as in {@link Moments}.
 */
final class RunMoments {
  private final float[] sums = new float[2];
  private double mean;
  private double squares;
  private int count;

  void measure(float[] x, int at, int n) {
    mean = 0;
    squares = 0;
    count = n;
    for (int i = 0; i < n; i += RowLoops.BLOCK) {
      int size = Math.min(RowLoops.BLOCK, n - i);
      float about = (float) (RowLoops.sum(x, at + i, size) / size);
      NormLoops.deviationRun(x, at + i, size, about, sums);
      double shift = (double) sums[0] / size;
      double delta = about + shift - mean;
      double share = (double) size / (i + size);
      mean += delta * share;
      squares += Math.max(0, sums[1] - shift * sums[0]) + delta * delta * i * share;
    }
  }

  float mean() {
    return (float) mean;
  }

  /** {@code 1/√(variance + eps)}, of the biased variance. */
  float invStd(float eps) {
    return (float) (1 / Math.sqrt(squares / count + eps));
  }
}
