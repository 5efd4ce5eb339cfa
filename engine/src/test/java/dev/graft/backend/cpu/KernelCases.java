package dev.graft.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;

/** Every row of the table, for the tests of all backends. */
public final class KernelCases {
  private KernelCases() {}

  public static Stream<KernelCase> all() {
    return Stream.of(
            ElementwiseCases.all(),
            MovingCases.all(),
            LineCases.all(),
            LossCases.all(),
            LayerCases.all(),
            GroupNormCases.all(),
            ResizingCases.all(),
            OptimizerCases.all())
        .flatMap(list -> list.stream());
  }

  /**
   * {@code |a − b| ≤ tolerance · max(1, max|b|)}; NaN and infinities where the reference has them.
   */
  public static void compare(String what, double tolerance, float[] expected, float[] actual) {
    assertEquals(expected.length, actual.length, what);
    double scale = 1;
    for (float e : expected) {
      scale = Float.isFinite(e) ? Math.max(scale, Math.abs(e)) : scale;
    }
    for (int i = 0; i < expected.length; i++) {
      float e = expected[i];
      float a = actual[i];
      boolean same =
          Float.isNaN(e) ? Float.isNaN(a) : e == a || Math.abs(e - a) <= tolerance * scale;
      assertTrue(same, what + "[" + i + "]: expected " + e + ", got " + a);
    }
  }
}
