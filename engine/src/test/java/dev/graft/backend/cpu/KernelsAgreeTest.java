package dev.graft.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every SIMD kernel against the scalar reference, and against itself on other thread counts. */
class KernelsAgreeTest {
  private static final Backend SIMD = new CpuBackend();

  static Stream<KernelCase> cases() {
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

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void simdAgreesWithTheReference(KernelCase c) {
    float[][] expected = c.run().on(Backends.scalar());
    float[][] actual = c.run().on(SIMD);
    for (int k = 0; k < expected.length; k++) {
      compare(c.name() + ", array " + k, c.tolerance(), expected[k], actual[k]);
    }
  }

  private static void compare(String what, double tolerance, float[] expected, float[] actual) {
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

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void anyNumberOfThreadsGivesTheSameBits(KernelCase c) {
    int before = Parallel.threads();
    try {
      Parallel.setThreads(1);
      float[][] one = c.run().on(SIMD);
      for (int threads : new int[] {2, 5}) {
        Parallel.setThreads(threads);
        float[][] many = c.run().on(SIMD);
        for (int k = 0; k < one.length; k++) {
          assertArrayEquals(one[k], many[k], c.name() + " on " + threads + " threads");
        }
      }
    } finally {
      Parallel.setThreads(before);
    }
  }
}
