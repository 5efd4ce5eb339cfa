package dev.graft.peers;

import java.util.List;
import java.util.Locale;

/** Times of different results cannot be compared: nothing is timed before this has passed. */
final class Agreement {
  /** The largest difference that is let pass, of the largest value. */
  static final double TOLERANCE = 1e-3;

  private Agreement() {}

  /**
   * Compares all answers with the first contender's.
   *
   * @throws IllegalStateException if one differs by more than {@link #TOLERANCE}
   */
  static void check(String subject, List<? extends Contender> contenders) {
    float[] first = contenders.getFirst().answer();
    for (Contender other : contenders.subList(1, contenders.size())) {
      double difference = difference(first, other.answer());
      if (!(difference <= TOLERANCE)) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "%s: %s and %s do not give the same: they differ by %.2g of the largest value,"
                    + " %.0g is allowed; nothing was timed",
                subject,
                contenders.getFirst().name(),
                other.name(),
                difference,
                TOLERANCE));
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
