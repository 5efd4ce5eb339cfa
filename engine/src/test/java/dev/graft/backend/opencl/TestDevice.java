package dev.graft.backend.opencl;

import dev.graft.backend.Device;
import dev.graft.backend.DeviceException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** The OpenCL device that tests run on. */
public final class TestDevice {
  private TestDevice() {}

  /**
   * The first that works.
   *
   * @throws org.opentest4j.TestAbortedException if there is none
   * @throws AssertionError if there is none and {@code opencl.required} is true
   */
  public static ClBackend backend() {
    try {
      return (ClBackend) Device.openCl().backend();
    } catch (DeviceException e) {
      if (Boolean.getBoolean("opencl.required")) {
        Assertions.fail(e);
      }
      Assumptions.abort(e.getMessage());
      throw e;
    }
  }
}
