package dev.graft.backend.cpu;

/**
 * Count, mean and sum of squared deviations of each channel, built up from blocks by the pairwise
 * formula of Chan, Golub and LeVeque (1979): no cancellation, however large the mean. A block's
 * mean is corrected by the sum of its deviations (their corrected two-pass algorithm).
 */
final class Moments {
  /** Rows of a block at most: few enough for sums in single precision. */
  static final int MAX_ROWS = 1024;

  /** Rows whose mean the deviations are taken from. */
  private static final int PILOT = 16;

  /** Variances that the square of that mean's distance may be. */
  private static final double FAR = 2;

  /** Additions worth a task of their own, some 10 µs, and channels in one at least. */
  private static final int ADDED = 1 << 13;

  private static final int LEAST_CHANNELS = 64;

  final double[] mean;
  final double[] squares;
  private double count;

  Moments(int channels) {
    mean = new double[channels];
    squares = new double[channels];
  }

  /** A block of {@code rows} values a channel; first and second moments about {@code about}. */
  void setBlock(int rows, float[] about, float[] sum, float[] square) {
    count = rows;
    double share = 1.0 / rows;
    for (int c = 0; c < mean.length; c++) {
      double shift = sum[c] * share;
      mean[c] = about[c] + shift;
      squares[c] = Math.max(0, square[c] - shift * sum[c]);
    }
  }

  /**
   * The moments of at most {@link #MAX_ROWS} rows of {@code channels}. Deviations are taken from
   * the mean of the first {@link #PILOT} rows, so that memory is read once; where that was far from
   * a channel's mean they are taken again from what they gave.
   */
  static Moments ofRows(float[] x, int at, int rows, int channels) {
    int pilot = Math.min(PILOT, rows);
    float[] about = new float[channels];
    NormLoops.sumRows(x, at, pilot, channels, about);
    for (int c = 0; c < channels; c++) {
      about[c] /= pilot;
    }
    Moments block = about(about, x, at, rows, channels);
    if (!block.isFarFrom(about)) {
      return block;
    }
    for (int c = 0; c < channels; c++) {
      about[c] = (float) block.mean[c];
    }
    return about(about, x, at, rows, channels);
  }

  /** The moments from deviations about {@code about}; narrow rows are taken several at a time. */
  private static Moments about(float[] about, float[] x, int at, int rows, int channels) {
    int repeats = Math.min(rows, NormSimd.repeats(channels));
    int width = repeats * channels;
    float[] sum = new float[width];
    float[] square = new float[width];
    int whole = rows / repeats;
    int rest = at + whole * width;
    NormLoops.deviationRows(x, at, whole, width, NormSimd.repeat(about, repeats), sum, square);
    NormLoops.deviationRows(x, rest, rows - whole * repeats, channels, about, sum, square);
    for (int i = channels; i < width; i += channels) {
      for (int c = 0; c < channels; c++) {
        sum[c] += sum[i + c];
        square[c] += square[i + c];
      }
    }
    Moments block = new Moments(channels);
    block.setBlock(rows, about, sum, square);
    return block;
  }

  /** Whether a mean is so far away that squares would lose more than a bit and a half. */
  private boolean isFarFrom(float[] about) {
    for (int c = 0; c < mean.length; c++) {
      double delta = mean[c] - about[c];
      if (delta * delta > FAR * variance(c)) {
        return true;
      }
    }
    return false;
  }

  void add(Moments other) {
    add(other, count, 0, mean.length);
    count += other.count;
  }

  /** Puts all together in order, into the first. */
  static Moments sum(Moments[] blocks) {
    Moments all = blocks[0];
    int grain = Math.max(LEAST_CHANNELS, ADDED / blocks.length);
    Parallel.forRange(
        all.mean.length,
        grain,
        (from, to) -> {
          double before = all.count;
          for (int k = 1; k < blocks.length; k++) {
            all.add(blocks[k], before, from, to);
            before += blocks[k].count;
          }
        });
    for (int k = 1; k < blocks.length; k++) {
      all.count += blocks[k].count;
    }
    return all;
  }

  /** Adds those of channels {@code from … to−1} to what {@code before} values made. */
  private void add(Moments other, double before, int from, int to) {
    double share = other.count / (before + other.count);
    double cross = before * share;
    for (int c = from; c < to; c++) {
      double delta = other.mean[c] - mean[c];
      mean[c] += delta * share;
      squares[c] += other.squares[c] + delta * delta * cross;
    }
  }

  double variance(int c) {
    return squares[c] / count;
  }
}
