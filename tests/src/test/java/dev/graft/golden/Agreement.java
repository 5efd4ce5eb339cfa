package dev.graft.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.graft.tensor.Tensor;

/** Agreement with reference values: {@code |a − b| ≤ tolerance · max(1, max|b|)}. */
final class Agreement {
  static final double FORWARD = 2e-5;
  static final double GRADIENT = 1e-4;

  private Agreement() {}

  static void check(String what, Tensor expected, Tensor actual, double tolerance) {
    assertEquals(expected.shape(), actual.shape(), what + ": shape");
    check(what, expected.toArray(), actual.toArray(), tolerance);
  }

  static void check(String what, float[] expected, float[] actual, double tolerance) {
    double scale = 1;
    for (float e : expected) {
      scale = Math.max(scale, Math.abs(e));
    }
    for (int i = 0; i < expected.length; i++) {
      double error = Math.abs((double) expected[i] - actual[i]);
      if (!(error <= tolerance * scale)) {
        throw new AssertionError(
            String.format(
                "%s: element %d is %s, expected %s (error %.2e, allowed %.2e)",
                what, i, actual[i], expected[i], error, tolerance * scale));
      }
    }
  }
}
