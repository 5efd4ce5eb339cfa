package dev.graft.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.graft.backend.Backends;
import dev.graft.backend.Device;
import dev.graft.backend.DeviceException;
import dev.graft.backend.DeviceInfo;
import dev.graft.cli.Main;
import dev.graft.tensor.Tensor;
import dev.graft.testing.OpenCl;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices by name, their list, and what is said where there are none. */
class DevicesTest {
  @Test
  void theCpuIsAlwaysThere() {
    assertSame(Backends.cpu(), Device.of("cpu").backend());
    DeviceInfo first = Device.all().getFirst();
    assertEquals("cpu", first.id());
    assertTrue(first.isUsable());
  }

  @Test
  void oneDeviceHasOneBackendWhateverItIsCalled() {
    Device device = OpenCl.device();
    int index = Integer.parseInt(device.id().substring("opencl:".length()));
    assertSame(device.backend(), Device.openCl(index).backend());
    assertSame(device.backend(), Device.of("opencl").backend());
    assertSame(device.backend(), Device.of(device.id()).backend());
    DeviceInfo info = Device.all().get(1 + index);
    String part = info.name().toUpperCase(java.util.Locale.ROOT);
    assertSame(device.backend(), Device.of(part).backend());
    assertTrue(info.details().contains("float32"), info.toString());
    assertEquals("OpenCL, " + info.name() + ", float32", device.backend().name());
  }

  @Test
  void unknownOnesAreNamedWithWhatThereIs() {
    OpenCl.device();
    String message = assertThrows(DeviceException.class, () -> Device.of("abacus")).getMessage();
    assertTrue(
        message.startsWith("device: unknown device \"abacus\"; there are: cpu SIMD")
            || message.startsWith("device: unknown device \"abacus\"; there are: cpu scalar"),
        message);
    assertTrue(message.contains("; opencl:0 "), message);
    int count = Device.all().size() - 1;
    assertEquals(
        "opencl: no device 99; there are " + count + " (0 first)",
        assertThrows(DeviceException.class, () -> Device.openCl(99)).getMessage());
  }

  @Test
  void operandsOnTwoDevicesAreRefused() {
    Device device = OpenCl.device();
    Tensor here = Tensor.ones(2);
    Tensor there = Tensor.ones(2).to(device);
    assertEquals(
        "add: inputs lie on different backends: "
            + Backends.cpu().name()
            + " and "
            + device.backend().name()
            + "; move one with to(…)",
        assertThrows(IllegalArgumentException.class, () -> here.add(there)).getMessage());
  }

  @Test
  void theCommandListsThem() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      assertEquals(0, Main.run("devices", "--json"));
    } finally {
      System.setOut(before);
    }
    JsonObject result =
        JsonParser.parseString(bytes.toString(StandardCharsets.UTF_8)).getAsJsonObject();
    JsonObject first = result.getAsJsonArray("devices").get(0).getAsJsonObject();
    assertEquals("cpu", first.get("id").getAsString());
    assertTrue(first.get("usable").getAsBoolean());
    assertEquals(Device.all().size(), result.getAsJsonArray("devices").size());
  }

  // ---- in JVMs that lack something

  /** The lines of {@code graft devices} in a new JVM on the given class path. */
  private static String devices(String classPath, String library) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> command =
        new ArrayList<>(
            List.of(
                java.toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dgraft.backend=scalar",
                "-cp",
                classPath,
                "dev.graft.cli.Main",
                "devices"));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("OCL_ICD_VENDORS", library);
    Process process = builder.start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), text);
    return text;
  }

  @Test
  void withoutJoclItIsSaidAndNothingFails() throws Exception {
    String without =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(entry -> !entry.contains("jocl"))
            .collect(Collectors.joining(File.pathSeparator));
    String text = devices(without, "");
    assertTrue(text.contains("cpu        scalar reference"), text);
    assertTrue(
        text.contains("refused: JOCL is not on the class path; add org.jocl:jocl:2.0.6"), text);
    assertFalse(text.contains("Exception"), text);
  }

  @Test
  void withoutADriverItIsSaid(@TempDir Path empty) throws IOException, Exception {
    OpenCl.device();
    String text = devices(System.getProperty("java.class.path"), empty.toString());
    assertTrue(text.contains("cpu        scalar reference"), text);
    assertTrue(text.contains("refused: looking for devices: no OpenCL driver is registered"), text);
    assertFalse(text.contains("Exception"), text);
  }
}
