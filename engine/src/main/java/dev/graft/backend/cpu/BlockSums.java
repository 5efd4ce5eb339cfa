package dev.graft.backend.cpu;

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
    void add(int at, int count, int length, float[] sum, float[] dot);
  }

  private BlockSums() {}

  /** Adds to sum and dot; narrow rows are taken {@code repeats} at a time. */
  static void run(int groups, int channels, int repeats, Rows body, double[] sum, double[] dot) {
    int width = channels * repeats;
    int rows = Math.max(1, NormSimd.blockRows(width) / ARRAYS) * repeats;
    float[][] sums = new float[Math.ceilDiv(groups, rows)][width];
    float[][] dots = new float[sums.length][width];
    Parallel.forRange(
        groups,
        rows,
        (from, to) -> {
          int whole = (to - from) / repeats;
          int rest = from + whole * repeats;
          float[] s = sums[from / rows];
          float[] d = dots[from / rows];
          body.add(from * channels, whole, width, s, d);
          body.add(rest * channels, to - rest, channels, s, d);
        });
    Parallel.forRange(
        channels,
        Math.max(LEAST_CHANNELS, ADDED / (sums.length * repeats)),
        (from, to) -> {
          for (int k = 0; k < sums.length; k++) {
            for (int at = 0; at < width; at += channels) {
              for (int c = from; c < to; c++) {
                sum[c] += sums[k][at + c];
                dot[c] += dots[k][at + c];
              }
            }
          }
        });
  }
}
