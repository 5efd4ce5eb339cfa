package dev.graft.backend.opencl;

import dev.graft.backend.Backend;
import dev.graft.backend.DeviceException;
import dev.graft.backend.DeviceInfo;
import dev.graft.backend.DeviceProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jocl.CL;
import org.jocl.CLException;
import org.jocl.cl_device_id;
import org.jocl.cl_platform_id;

/**
 * The devices of all drivers: GPUs first, then accelerators, then CPUs, each as its driver lists.
 */
public final class ClDevices implements DeviceProvider {
  private final Map<Integer, ClBackend> opened = new HashMap<>();
  private List<ClDevice> found;

  /**
   * @throws DeviceException if JOCL or the OpenCL library is missing
   */
  public ClDevices() {
    try {
      Class.forName("org.jocl.CL", false, ClDevices.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new DeviceException(
          "opencl: JOCL is not on the class path; add org.jocl:jocl:2.0.6", e);
    }
    try {
      CL.setExceptionsEnabled(true);
    } catch (LinkageError e) {
      throw new DeviceException(
          "opencl: the OpenCL library does not load; install the device's driver, or a loader"
              + " (Debian: ocl-icd-libopencl1): "
              + firstLine(e),
          e);
    }
  }

  private static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  @Override
  public synchronized List<DeviceInfo> devices() {
    List<DeviceInfo> infos = new ArrayList<>();
    for (int i = 0; i < found().size(); i++) {
      ClDevice device = found().get(i);
      infos.add(new DeviceInfo("opencl:" + i, device.name(), device.details(), refusal(i)));
    }
    return infos;
  }

  /** Opens the device, which compiles and runs a kernel. */
  private String refusal(int index) {
    try {
      open(index);
      return null;
    } catch (DeviceException e) {
      return e.getMessage();
    }
  }

  @Override
  public synchronized Backend open(int index) {
    if (index < 0 || index >= found().size()) {
      throw new DeviceException(
          "opencl: no device " + index + "; there are " + found().size() + " (0 first)");
    }
    ClBackend backend = opened.get(index);
    if (backend == null) {
      ClDevice device = found().get(index);
      if (device.refusal() != null) {
        throw new DeviceException("opencl: " + device.name() + ": " + device.refusal());
      }
      backend = new ClBackend(device);
      opened.put(index, backend);
    }
    return backend;
  }

  /** Looked for until at least one is found. */
  private List<ClDevice> found() {
    if (found == null || found.isEmpty()) {
      try {
        found = find();
      } catch (CLException e) {
        throw ClErrors.of("looking for devices", e);
      }
    }
    return found;
  }

  private static List<ClDevice> find() {
    int[] count = new int[1];
    CL.clGetPlatformIDs(0, null, count);
    cl_platform_id[] platforms = new cl_platform_id[count[0]];
    CL.clGetPlatformIDs(platforms.length, platforms, null);
    List<ClDevice> all = new ArrayList<>();
    CLException trouble = null;
    for (cl_platform_id platform : platforms) {
      try {
        ids(platform).forEach(id -> all.add(ClDevice.of(platform, id)));
      } catch (CLException e) {
        trouble = e;
      }
    }
    if (all.isEmpty() && trouble != null) {
      throw trouble;
    }
    all.sort(Comparator.comparingInt(d -> d.gpu() ? 0 : d.cpu() ? 2 : 1));
    return all;
  }

  private static List<cl_device_id> ids(cl_platform_id platform) {
    int[] count = new int[1];
    CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, 0, null, count);
    cl_device_id[] ids = new cl_device_id[count[0]];
    CL.clGetDeviceIDs(platform, CL.CL_DEVICE_TYPE_ALL, ids.length, ids, null);
    return Arrays.asList(ids);
  }
}
