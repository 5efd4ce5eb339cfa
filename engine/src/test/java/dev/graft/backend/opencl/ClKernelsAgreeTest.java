package dev.graft.backend.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.backend.cpu.KernelCase;
import dev.graft.backend.cpu.KernelCases;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every OpenCL kernel against the scalar reference, with the CPU's tolerances, and twice alike. */
class ClKernelsAgreeTest {
  private static Backend device;

  @BeforeAll
  static void open() {
    device = HostMirror.of(TestDevice.backend());
  }

  static Stream<KernelCase> cases() {
    return KernelCases.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void agreesWithTheReference(KernelCase c) {
    float[][] expected = c.run().on(Backends.scalar());
    float[][] actual = c.run().on(device);
    float[][] again = c.run().on(device);
    for (int k = 0; k < expected.length; k++) {
      KernelCases.compare(c.name() + ", array " + k, c.tolerance(), expected[k], actual[k]);
      assertArrayEquals(actual[k], again[k], c.name() + ", array " + k + " a second time");
    }
  }
}
