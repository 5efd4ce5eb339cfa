package dev.graft.peers;

import java.util.Arrays;

/** What one contender's turns gave, such as seconds a call; at least one. */
record Times(String contender, double[] values) {
  double median() {
    return quantile(0.5);
  }

  /** Between the values at the neighbouring ranks, as NumPy has it. */
  double quantile(double q) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double rank = q * (sorted.length - 1);
    int below = (int) rank;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (rank - below) * (sorted[above] - sorted[below]);
  }
}
