package dev.graft.peers;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Times of different results cannot be compared: nothing is timed before this has passed. */
final class Agreement {
  /** The largest difference that is let pass, of the largest value. */
  static final double TOLERANCE = 1e-3;

  /** For a loss after a step. */
  private static final double LATER = 0.05;

  private Agreement() {}

  /**
   * Compares all answers with the first contender's.
   *
   * @throws IllegalStateException if one differs by more than {@link #TOLERANCE}
   */
  static void check(String subject, List<? extends Contender> contenders) {
    List<float[]> answers = contenders.stream().map(Contender::answer).toList();
    check(subject, contenders, answers, TOLERANCE);
  }

  /**
   * Compares two steps' losses with the first contender's. The second loss hangs on the gradients'
   * last bits: in ResNet-50 at batch 8 PyTorch's own two layouts differ by 1.8 % there, and by
   * 2·10⁻⁶ in the first.
   *
   * @throws IllegalStateException if one differs by more than {@link #TOLERANCE}, or {@link #LATER}
   */
  static void checkLosses(String subject, List<? extends Contender> contenders) {
    List<float[]> losses = contenders.stream().map(Contender::answer).toList();
    check(subject, contenders, losses.stream().map(l -> Arrays.copyOf(l, 1)).toList(), TOLERANCE);
    check(subject, contenders, losses, LATER);
  }

  private static void check(
      String subject, List<? extends Contender> contenders, List<float[]> answers, double most) {
    for (int i = 1; i < answers.size(); i++) {
      double difference = difference(answers.getFirst(), answers.get(i));
      if (!(difference <= most)) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "%s: %s and %s do not give the same: they differ by %.2g of the largest value,"
                    + " %.0g is allowed; nothing was timed",
                subject,
                contenders.getFirst().name(),
                contenders.get(i).name(),
                difference,
                most));
      }
    }
  }

  /** The largest difference relative to the largest value; NaN if a value is, or sizes differ. */
  static double difference(float[] a, float[] b) {
    if (a.length != b.length || a.length == 0) {
      return Double.NaN;
    }
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs((double) a[i]));
      difference = Math.max(difference, Math.abs((double) a[i] - b[i]));
    }
    return difference / largest;
  }
}
