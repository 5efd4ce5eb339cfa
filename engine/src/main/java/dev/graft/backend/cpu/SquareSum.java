package dev.graft.backend.cpu;

import dev.graft.backend.View;

/**
 * The sum of squares in double precision, which no float's square overflows. Plain Java, as fast as
 * memory: vectors of doubles that come from floats were objects in some JVMs, 3 MB a training step
 * of a small ResNet.
 */
final class SquareSum {
  private static final int GRAIN = 1 << 16;

  private SquareSum() {}

  static double of(View x) {
    int n = x.numel();
    double[] partial = new double[(n + GRAIN - 1) / GRAIN];
    float[] array = x.array();
    Parallel.forRange(
        n, GRAIN, (from, to) -> partial[from / GRAIN] = run(array, x.offset() + from, to - from));
    double sum = 0;
    for (double p : partial) {
      sum += p;
    }
    return sum;
  }

  /** Four sums, so that additions need not wait for each other. */
  private static double run(float[] x, int from, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int end = from + n;
    int i = from;
    for (; i < end - 3; i += 4) {
      double a = x[i];
      double b = x[i + 1];
      double c = x[i + 2];
      double d = x[i + 3];
      s0 += a * a;
      s1 += b * b;
      s2 += c * c;
      s3 += d * d;
    }
    for (; i < end; i++) {
      s0 += (double) x[i] * x[i];
    }
    return (s0 + s1) + (s2 + s3);
  }
}
