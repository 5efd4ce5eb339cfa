package dev.graft.demo;

import java.util.List;

/**
 * How well a contender does with so many examples a class.
 *
 * @param accuracy mean over the draws, 0..1
 * @param deviation standard deviation over the draws (n − 1); 0 where there is one
 * @param draws number of draws
 * @param seconds time a draw: learning and answering
 */
record Score(double accuracy, double deviation, int draws, double seconds) {
  static Score of(List<Double> accuracies, double seconds) {
    int n = accuracies.size();
    double mean = accuracies.stream().mapToDouble(a -> a).average().orElseThrow();
    double squares = accuracies.stream().mapToDouble(a -> (a - mean) * (a - mean)).sum();
    return new Score(mean, n == 1 ? 0 : Math.sqrt(squares / (n - 1)), n, seconds / n);
  }
}
