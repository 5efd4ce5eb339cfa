package dev.graft.cli;

import dev.graft.backend.Device;
import picocli.CommandLine.Option;

/** {@code --device}: where a command computes. */
public final class DeviceOption {
  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description =
          "Where to compute: cpu, opencl, opencl:1, or a part of an OpenCL device's name; graft"
              + " devices lists them (default ${DEFAULT-VALUE}).")
  private String name = "cpu";

  /**
   * The device that was asked for.
   *
   * @throws dev.graft.backend.DeviceException if it is not there or does not work
   */
  public Device get() {
    return Device.of(name);
  }
}
