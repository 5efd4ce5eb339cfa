package dev.graft.devices;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.graft.cli.Main;
import dev.graft.testing.OpenCl;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo's grafted head is as often right where a device has computed as on the CPU. */
class OpenClDemoTest {
  @TempDir private Path temp;

  @Test
  void theHeadIsAsGoodAsTheCpus() {
    String device = OpenCl.device().id();
    JsonObject here = demo("cpu");
    JsonObject there = demo(device);
    assertTrue(accuracy(here) > 0.9, here.toString());
    assertEquals(here.get("accuracy"), there.get("accuracy"));
    assertEquals(here.get("deviation"), there.get("deviation"));
  }

  /** With 20 examples of each digit. */
  private static double accuracy(JsonObject report) {
    return report.getAsJsonObject("accuracy").getAsJsonObject("20").get("graft").getAsDouble();
  }

  private JsonObject demo(String device) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream before = System.out;
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      String chart = temp.resolve(device.replace(':', '-') + ".png").toString();
      int code =
          Main.run(
              "demo",
              "--device",
              device,
              "--draws",
              "2",
              "--scratch-draws",
              "0",
              "--json",
              "--out",
              chart);
      assertEquals(0, code);
    } finally {
      System.setOut(before);
    }
    return JsonParser.parseString(bytes.toString(StandardCharsets.UTF_8)).getAsJsonObject();
  }
}
