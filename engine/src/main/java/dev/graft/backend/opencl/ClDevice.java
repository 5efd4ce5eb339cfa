package dev.graft.backend.opencl;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/**
 * A device as its driver describes it.
 *
 * @param ownCache whether the driver itself keeps what it has compiled. Asked for a program's
 *     binary, PoCL would compile all its kernels a second time.
 */
record ClDevice(
    cl_platform_id platform,
    cl_device_id id,
    String name,
    String vendor,
    String driver,
    boolean gpu,
    boolean cpu,
    int units,
    int workGroup,
    long localMemory,
    long memory,
    long largest,
    boolean ownCache) {

  static ClDevice of(cl_platform_id platform, cl_device_id id) {
    long type = number(id, CL.CL_DEVICE_TYPE);
    long[] sizes = new long[3];
    CL.clGetDeviceInfo(
        id, CL.CL_DEVICE_MAX_WORK_ITEM_SIZES, 3L * Sizeof.size_t, Pointer.to(sizes), null);
    return new ClDevice(
        platform,
        id,
        text(id, CL.CL_DEVICE_NAME),
        text(id, CL.CL_DEVICE_VENDOR),
        text(id, CL.CL_DEVICE_VERSION) + ", driver " + text(id, CL.CL_DRIVER_VERSION),
        (type & CL.CL_DEVICE_TYPE_GPU) != 0,
        (type & CL.CL_DEVICE_TYPE_CPU) != 0,
        (int) number(id, CL.CL_DEVICE_MAX_COMPUTE_UNITS),
        (int) Math.min(number(id, CL.CL_DEVICE_MAX_WORK_GROUP_SIZE), sizes[0]),
        number(id, CL.CL_DEVICE_LOCAL_MEM_SIZE),
        number(id, CL.CL_DEVICE_GLOBAL_MEM_SIZE),
        number(id, CL.CL_DEVICE_MAX_MEM_ALLOC_SIZE),
        platformName(platform).equals("Portable Computing Language"));
  }

  /** Why the device cannot be used, or null. */
  String refusal() {
    if (number(id, CL.CL_DEVICE_AVAILABLE) == 0) {
      return "the driver says that it is not available";
    }
    if (number(id, CL.CL_DEVICE_COMPILER_AVAILABLE) == 0) {
      return "its driver has no compiler";
    }
    if (number(id, CL.CL_DEVICE_ENDIAN_LITTLE) == 0) {
      return "it is big-endian";
    }
    return null;
  }

  /** {@code driver, memory, units}. */
  String details() {
    return String.format(
        Locale.ROOT,
        "%s, %s, %d units, work-groups up to %d, local memory %s, float32",
        driver,
        ClErrors.size(memory),
        units,
        workGroup,
        ClErrors.size(localMemory));
  }

  private static String platformName(cl_platform_id platform) {
    long[] size = new long[1];
    CL.clGetPlatformInfo(platform, CL.CL_PLATFORM_NAME, 0, null, size);
    byte[] bytes = new byte[(int) size[0]];
    CL.clGetPlatformInfo(platform, CL.CL_PLATFORM_NAME, bytes.length, Pointer.to(bytes), null);
    return text(bytes);
  }

  private static String text(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.UTF_8);
    int end = text.indexOf('\0');
    return (end < 0 ? text : text.substring(0, end)).strip();
  }

  private static String text(cl_device_id id, int what) {
    long[] size = new long[1];
    CL.clGetDeviceInfo(id, what, 0, null, size);
    byte[] bytes = new byte[(int) size[0]];
    CL.clGetDeviceInfo(id, what, bytes.length, Pointer.to(bytes), null);
    return text(bytes);
  }

  /** A number of 4 or 8 bytes, little-endian. */
  private static long number(cl_device_id id, int what) {
    long[] size = new long[1];
    CL.clGetDeviceInfo(id, what, 0, null, size);
    long[] value = new long[1];
    CL.clGetDeviceInfo(id, what, Math.min(size[0], Long.BYTES), Pointer.to(value), null);
    return value[0];
  }
}
