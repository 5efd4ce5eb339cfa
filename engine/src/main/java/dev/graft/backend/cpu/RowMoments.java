package dev.graft.backend.cpu;

import java.util.Arrays;

/**
 * Means and squared deviations of the channels of channels-last arrays, by blocks of rows that
 * memory gives once. A block leaves three numbers a channel: a value near the mean, and the sums of
 * the deviations from it and of their squares; narrow rows are taken several at a time.
 */
final class RowMoments {
  /** Rows of a block at most: few enough for sums in single precision. */
  static final int MAX_ROWS = 1024;

  /** Rows whose mean the deviations are taken from. */
  private static final int PILOT = 16;

  /** Variances that the square of that mean's distance may be: squares lose a bit and a half. */
  private static final float FAR = 2;

  /** Blocks' values put together by a task, some 10 µs, and channels of one at least. */
  private static final int TASK = 1 << 12;

  private static final int LEAST_CHANNELS = 64;

  private RowMoments() {}

  /** Floats that a block leaves. */
  static int size(int channels) {
    return 3 * width(channels);
  }

  private static int width(int channels) {
    return channels * NormSimd.repeats(channels);
  }

  /**
   * Measures at most {@link #MAX_ROWS} rows and leaves what they give at {@code parts[to …]}.
   * Deviations are taken from the mean of the first {@link #PILOT} rows; where that was far from a
   * channel's mean they are taken again from what they gave.
   */
  static void measure(float[] x, int at, int rows, int channels, float[] parts, int to) {
    int pilot = Math.min(PILOT, rows);
    NormLoops.sumRows(x, at, pilot, channels, parts, to);
    for (int c = to; c < to + channels; c++) {
      parts[c] /= pilot;
    }
    deviations(x, at, rows, channels, parts, to);
    if (isFar(rows, channels, parts, to)) {
      int sum = to + width(channels);
      for (int c = 0; c < channels; c++) {
        parts[to + c] += parts[sum + c] / rows;
      }
      deviations(x, at, rows, channels, parts, to);
    }
  }

  private static void deviations(
      float[] x, int at, int rows, int channels, float[] parts, int about) {
    int width = width(channels);
    int sum = about + width;
    int square = sum + width;
    for (int i = channels; i < width; i += channels) {
      System.arraycopy(parts, about, parts, about + i, channels);
    }
    Arrays.fill(parts, sum, square + width, 0);
    int whole = rows * channels / width;
    int rest = rows - whole * (width / channels);
    NormLoops.deviationRows(x, at, whole, width, parts, about, sum, square);
    NormLoops.deviationRows(x, at + whole * width, rest, channels, parts, about, sum, square);
    for (int i = channels; i < width; i += channels) {
      for (int c = 0; c < channels; c++) {
        parts[sum + c] += parts[sum + i + c];
        parts[square + c] += parts[square + i + c];
      }
    }
  }

  private static boolean isFar(int rows, int channels, float[] parts, int about) {
    int width = width(channels);
    for (int c = about + width; c < about + width + channels; c++) {
      float shift = parts[c] / rows;
      if (shift * shift > FAR * (parts[c + width] / rows - shift * shift)) {
        return true;
      }
    }
    return false;
  }

  /** All of {@code rows} rows, whose blocks of {@code blockRows} have left {@code parts[at …]}. */
  static Moments total(float[] parts, int at, int blockRows, int rows, int channels) {
    Moments all = new Moments(channels);
    int blocks = Math.ceilDiv(rows, blockRows);
    int width = width(channels);
    Parallel.forRange(
        channels,
        Math.max(LEAST_CHANNELS, TASK / Math.max(1, blocks)),
        (from, end) -> {
          for (int k = 0, i = at; k < blocks; k++, i += 3 * width) {
            int before = k * blockRows;
            int count = Math.min(blockRows, rows - before);
            all.add(before, count, parts, i, i + width, i + 2 * width, from, end);
          }
        });
    all.setCount(rows);
    return all;
  }
}
