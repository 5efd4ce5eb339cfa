package dev.graft.op;

import dev.graft.backend.Backend;
import dev.graft.backend.opencl.TestDevice;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every op's values and gradients on an OpenCL device against its definition. */
class OpenClGradientsTest {
  private static Backend device;

  @BeforeAll
  static void open() {
    device = TestDevice.backend();
  }

  @TestFactory
  Stream<DynamicTest> everyRow() {
    return GradientsTest.rows(device);
  }
}
