package dev.graft.backend;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A place to compute: {@code model.to(Device.openCl())}. Devices compute in float32 only.
 *
 * @param id what {@link #of} takes
 */
public record Device(String id, Backend backend) {
  private static final String OPENCL = "opencl";

  /** The CPU, by the backend that {@link Backends#cpu} chose. */
  public static Device cpu() {
    return new Device("cpu", Backends.cpu());
  }

  /**
   * The first OpenCL device that works: GPUs before others.
   *
   * @throws DeviceException if there is none; the message says why
   */
  public static Device openCl() {
    List<DeviceInfo> found = OpenCl.provider().devices();
    for (int i = 0; i < found.size(); i++) {
      if (found.get(i).isUsable()) {
        return openCl(i);
      }
    }
    throw new DeviceException(
        found.isEmpty()
            ? "opencl: there is no device"
            : "opencl: no device can be used: " + found.getFirst());
  }

  /**
   * The OpenCL device at position {@code index} of those in {@link #all}.
   *
   * @throws DeviceException if there is none, or it does not work
   */
  public static Device openCl(int index) {
    return new Device(OPENCL + ":" + index, OpenCl.provider().open(index));
  }

  /**
   * The device of that name: {@code cpu}, {@code opencl}, {@code opencl:1}, or a part of an OpenCL
   * device's name, such as {@code nvidia}, in any case.
   *
   * @throws DeviceException if there is none, or it does not work
   */
  public static Device of(String name) {
    String wanted = name.strip().toLowerCase(Locale.ROOT);
    if (wanted.equals("cpu")) {
      return cpu();
    }
    if (wanted.equals(OPENCL)) {
      return openCl();
    }
    if (wanted.matches(OPENCL + ":\\d{1,6}")) {
      return openCl(Integer.parseInt(wanted.substring(OPENCL.length() + 1)));
    }
    List<DeviceInfo> found = OpenCl.provider().devices();
    for (int i = 0; i < found.size() && !wanted.isEmpty(); i++) {
      if (found.get(i).name().toLowerCase(Locale.ROOT).contains(wanted)) {
        return openCl(i);
      }
    }
    throw new DeviceException(
        "device: unknown device \"" + name + "\"; there are: " + String.join("; ", names()));
  }

  private static List<String> names() {
    return all().stream().map(d -> d.id() + " " + d.name()).toList();
  }

  /** The CPU and every OpenCL device, those that cannot be used with the reason. */
  public static List<DeviceInfo> all() {
    List<DeviceInfo> all = new ArrayList<>();
    all.add(new DeviceInfo("cpu", Backends.cpu().name(), "", null));
    try {
      all.addAll(OpenCl.provider().devices());
    } catch (DeviceException e) {
      all.add(new DeviceInfo(OPENCL, "OpenCL", "", withoutPrefix(e.getMessage())));
    }
    return all;
  }

  private static String withoutPrefix(String message) {
    String prefix = OPENCL + ": ";
    return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
  }

  @Override
  public String toString() {
    return id + " " + backend.name();
  }

  /** Found at the first use, and again while it is absent. */
  private static final class OpenCl {
    private static final String PROVIDER = "dev.graft.backend.opencl.ClDevices";
    private static DeviceProvider provider;

    static synchronized DeviceProvider provider() {
      if (provider == null) {
        try {
          provider =
              (DeviceProvider) Class.forName(PROVIDER).getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException | LinkageError e) {
          if (e instanceof InvocationTargetException && e.getCause() instanceof DeviceException d) {
            throw d;
          }
          throw new DeviceException(
              "opencl: JOCL is not on the class path; add org.jocl:jocl:2.0.6", e);
        }
      }
      return provider;
    }
  }
}
