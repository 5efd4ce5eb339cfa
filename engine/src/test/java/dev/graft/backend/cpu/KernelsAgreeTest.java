package dev.graft.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every SIMD kernel against the scalar reference, and against itself on other thread counts. */
class KernelsAgreeTest {
  private static final Backend SIMD = new CpuBackend();

  static Stream<KernelCase> cases() {
    return KernelCases.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void simdAgreesWithTheReference(KernelCase c) {
    float[][] expected = c.run().on(Backends.scalar());
    float[][] actual = c.run().on(SIMD);
    for (int k = 0; k < expected.length; k++) {
      KernelCases.compare(c.name() + ", array " + k, c.tolerance(), expected[k], actual[k]);
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
