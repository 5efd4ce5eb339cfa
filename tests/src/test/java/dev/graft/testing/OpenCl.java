package dev.graft.testing;

import dev.graft.backend.Device;
import dev.graft.backend.DeviceException;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** The OpenCL device that tests run on, such as PoCL's, which computes on the CPU. */
public final class OpenCl {
  private OpenCl() {}

  /**
   * The first device that works.
   *
   * @throws org.opentest4j.TestAbortedException if there is none
   * @throws AssertionError if there is none and {@code opencl.required} is true
   */
  public static Device device() {
    try {
      return Device.openCl();
    } catch (DeviceException e) {
      if (Boolean.getBoolean("opencl.required")) {
        Assertions.fail(e);
      }
      Assumptions.abort(e.getMessage());
      throw e;
    }
  }
}
