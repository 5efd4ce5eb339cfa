package dev.graft.backend.cpu.cold;

import java.util.Arrays;

/** Products of one row with a matrix, in the orders in which the vector loops sum. */
public final class PlainRows {
  private PlainRows() {}

  /** {@code out[at + j] = Σ_p a[aAt + p·aStep] · y[yAt + p·yStep + j]} for j of 0 … n−1. */
  public static void sums(
      float[] a,
      int aAt,
      int aStep,
      float[] y,
      int yAt,
      int yStep,
      int k,
      float[] out,
      int at,
      int n) {
    Arrays.fill(out, at, at + n, 0);
    for (int p = 0; p < k; p++) {
      add(a[aAt + p * aStep], y, yAt + p * yStep, out, at, n);
    }
  }

  private static void add(float x, float[] y, int yAt, float[] out, int at, int n) {
    for (int j = 0; j < n; j++) {
      out[at + j] = Math.fma(x, y[yAt + j], out[at + j]);
    }
  }

  /**
   * {@code Σ_p a[aAt + p] · y[yAt + p]} as vectors of {@code lanes} sum it four at a time: a sum
   * for each lane of the four, added in pairs; then the rest, one by one.
   *
   * @param sums 4 · lanes floats to work in
   */
  public static float dot(float[] a, int aAt, float[] y, int yAt, int k, int lanes, float[] sums) {
    int width = 4 * lanes;
    Arrays.fill(sums, 0, width, 0);
    int p = 0;
    for (; p + width <= k; p += width) {
      multiply(a, aAt + p, y, yAt + p, sums, width);
    }
    for (int i = 0; i < lanes; i++) {
      sums[i] = (sums[i] + sums[lanes + i]) + (sums[2 * lanes + i] + sums[3 * lanes + i]);
    }
    for (int half = lanes / 2; half > 0; half /= 2) {
      for (int i = 0; i < half; i++) {
        sums[i] += sums[half + i];
      }
    }
    float sum = sums[0];
    for (; p < k; p++) {
      sum = Math.fma(a[aAt + p], y[yAt + p], sum);
    }
    return sum;
  }

  private static void multiply(float[] a, int aAt, float[] y, int yAt, float[] sums, int width) {
    for (int i = 0; i < width; i++) {
      sums[i] = Math.fma(a[aAt + i], y[yAt + i], sums[i]);
    }
  }
}
