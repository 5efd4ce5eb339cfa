package dev.graft.backend.cpu;

/**
 * Count, mean and sum of squared deviations of each channel, built up from blocks by the pairwise
 * formula of Chan, Golub and LeVeque (1979): no cancellation, however large the mean. A block's
 * mean is corrected by the sum of its deviations (their corrected two-pass algorithm).
 */
final class Moments {
  final double[] mean;
  final double[] squares;
  private double count;

  Moments(int channels) {
    mean = new double[channels];
    squares = new double[channels];
  }

  void setCount(int rows) {
    count = rows;
  }

  /** A block of {@code rows} values a channel; first and second moments about {@code about}. */
  void setBlock(int rows, float[] about, float[] sum, float[] square) {
    count = rows;
    for (int c = 0; c < mean.length; c++) {
      double shift = (double) sum[c] / rows;
      mean[c] = about[c] + shift;
      squares[c] = Math.max(0, square[c] - shift * sum[c]);
    }
  }

  void add(Moments other) {
    double total = count + other.count;
    double share = other.count / total;
    double cross = count * share;
    for (int c = 0; c < mean.length; c++) {
      double delta = other.mean[c] - mean[c];
      mean[c] += delta * share;
      squares[c] += other.squares[c] + delta * delta * cross;
    }
    count = total;
  }

  /**
   * Adds {@code rows} values to {@code before} of each of some channels: moments of channel c about
   * {@code parts[about + c]}, with {@code parts[sum + c]} and {@code parts[square + c]}. The count
   * stays as it is.
   */
  void add(int before, int rows, float[] parts, int about, int sum, int square, int from, int end) {
    double inverse = 1.0 / rows;
    double share = (double) rows / (before + rows);
    double cross = before * share;
    for (int c = from; c < end; c++) {
      double shift = parts[sum + c] * inverse;
      double delta = parts[about + c] + shift - mean[c];
      mean[c] += delta * share;
      double own = Math.max(0, parts[square + c] - shift * parts[sum + c]);
      squares[c] += own + delta * delta * cross;
    }
  }

  double variance(int c) {
    return squares[c] / count;
  }
}
