package dev.graft.backend.cpu;

import java.util.Arrays;

/**
 * Two sums of each channel over the rows of channels-last arrays: in single precision by blocks of
 * rows, which depend on sizes alone, then in double precision and in order.
 */
final class BlockSums {
  /** Two arrays are read at a time: together they are as large as a block of one array. */
  private static final int ARRAYS = 2;

  /** Additions worth a task of their own, some 10 µs, and channels in one at least. */
  private static final int ADDED = 1 << 13;

  private static final int LEAST_CHANNELS = 64;

  /**
   * Adds those of {@code count} rows of {@code length} floats, of which {@code at} is the first.
   */
  interface Rows {
    void add(int at, int count, int length, float[] sums, int sum, int dot);
  }

  private BlockSums() {}

  /**
   * Adds to sum and dot, the sums of {@code groups} rows; narrow rows are taken {@code repeats} at
   * a time.
   */
  static void run(
      BufferPool pool,
      int groups,
      int channels,
      int repeats,
      Rows body,
      double[] sum,
      double[] dot) {
    int width = channels * repeats;
    int rows = Math.max(1, NormSimd.blockRows(width) / ARRAYS) * repeats;
    int blocks = Math.ceilDiv(groups, rows);
    float[] sums = pool.take(blocks * 2 * width);
    Parallel.forRange(
        groups,
        rows,
        (from, to) -> {
          int whole = (to - from) / repeats;
          int rest = from + whole * repeats;
          int s = from / rows * 2 * width;
          int d = s + width;
          Arrays.fill(sums, s, d + width, 0);
          body.add(from * channels, whole, width, sums, s, d);
          body.add(rest * channels, to - rest, channels, sums, s, d);
        });
    Parallel.forRange(
        channels,
        Math.max(LEAST_CHANNELS, ADDED / Math.max(1, blocks * repeats)),
        (from, to) -> {
          for (int k = 0, s = 0; k < blocks; k++, s += 2 * width) {
            for (int at = s; at < s + width; at += channels) {
              for (int c = from; c < to; c++) {
                sum[c] += sums[at + c];
                dot[c] += sums[at + width + c];
              }
            }
          }
        });
    pool.give(sums);
  }
}
