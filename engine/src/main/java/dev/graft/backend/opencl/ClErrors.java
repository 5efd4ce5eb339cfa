package dev.graft.backend.opencl;

import dev.graft.backend.DeviceException;
import java.util.Locale;
import org.jocl.CL;
import org.jocl.CLException;

/** What OpenCL's error codes mean to a user. */
final class ClErrors {
  private static final int NO_ICD = -1001;

  private ClErrors() {}

  /** The exception to throw for one of OpenCL's, which happened while {@code doing} something. */
  static DeviceException of(String doing, CLException e) {
    return new DeviceException("opencl: " + doing + ": " + meaning(e.getStatus()), e);
  }

  static String meaning(int status) {
    String hint =
        switch (status) {
          case NO_ICD ->
              "no OpenCL driver is registered; install the device's (NVIDIA, AMD, Intel), or PoCL"
                  + " for the CPU (Debian: pocl-opencl-icd)";
          case CL.CL_DEVICE_NOT_FOUND ->
              "the driver finds no device; for PoCL, POCL_CACHE_DIR must be a writable folder";
          case CL.CL_MEM_OBJECT_ALLOCATION_FAILURE,
              CL.CL_OUT_OF_RESOURCES,
              CL.CL_OUT_OF_HOST_MEMORY ->
              "the device has no memory or registers left; use smaller batches, or lower"
                  + " -Dgraft.opencl.memory so that Graft stops before the driver does";
          case CL.CL_INVALID_WORK_GROUP_SIZE -> "the device refuses the work-group's size";
          default -> "";
        };
    String name = CL.stringFor_errorCode(status);
    return hint.isEmpty() ? name : hint + " (" + name + ")";
  }

  /** {@code 1.5 GiB}, {@code 12.0 MiB}, {@code 340 bytes}. */
  static String size(long bytes) {
    if (bytes < 1 << 20) {
      return bytes < 10_000 ? bytes + " bytes" : (bytes >> 10) + " KiB";
    }
    return bytes < 1 << 30
        ? String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20))
        : String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1 << 30));
  }
}
