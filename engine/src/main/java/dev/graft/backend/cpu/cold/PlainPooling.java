package dev.graft.backend.cpu.cold;

import java.util.Arrays;

/** One pooling window of a channels-last image, as in the vector loops. */
public final class PlainPooling {
  private PlainPooling() {}

  /** The window's maxima by channel; NaN where any is NaN. */
  public static void max(
      float[] x, int at, int rows, int columns, int line, int c, float[] y, int yo) {
    Arrays.fill(y, yo, yo + c, Float.NEGATIVE_INFINITY);
    for (int r = 0, row = at; r < rows; r++, row += line) {
      for (int j = 0, i = row; j < columns; j++, i += c) {
        larger(x, i, y, yo, c);
      }
    }
  }

  private static void larger(float[] x, int at, float[] y, int yo, int c) {
    for (int k = 0; k < c; k++) {
      y[yo + k] = Math.max(y[yo + k], x[at + k]);
    }
  }

  /** The window's sum times {@code share} by channel; rows are summed apart. */
  public static void average(
      float[] x, int at, int rows, int columns, int line, int c, float share, float[] y, int yo) {
    for (int k = 0; k < c; k++) {
      float total = 0;
      for (int r = 0, row = at + k; r < rows; r++, row += line) {
        float sum = 0;
        for (int j = 0, i = row; j < columns; j++, i += c) {
          sum += x[i];
        }
        total += sum;
      }
      y[yo + k] = total * share;
    }
  }
}
