package dev.graft.cli;

import dev.graft.backend.Device;
import dev.graft.backend.DeviceInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code graft devices}: where Graft can compute. */
@Command(
    name = "devices",
    description =
        "Lists what --device takes, and why a device cannot be used. All compute in float32.")
final class DevicesCommand implements Callable<Integer> {
  @Mixin private Common common;

  @Override
  public Integer call() {
    Output output = common.output();
    List<Map<String, Object>> devices = new ArrayList<>();
    for (DeviceInfo device : Device.all()) {
      output.line("%-10s %s", device.id(), device.name());
      if (!device.details().isEmpty()) {
        output.line("           %s", device.details());
      }
      if (!device.isUsable()) {
        output.line("           refused: %s", device.refusal());
      }
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("id", device.id());
      entry.put("name", device.name());
      entry.put("details", device.details());
      entry.put("usable", device.isUsable());
      if (!device.isUsable()) {
        entry.put("refusal", device.refusal());
      }
      devices.add(entry);
    }
    output.object(Map.of("devices", devices));
    return 0;
  }
}
