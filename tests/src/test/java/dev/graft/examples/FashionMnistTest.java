package dev.graft.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.graft.tensor.Rng;
import dev.graft.testing.SharedData;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example is run as a reader runs it, on small pictures that it can learn. */
class FashionMnistTest {
  private static final int SIDE = 28;

  @TempDir private Path temp;

  @Test
  void learns() throws Exception {
    write("train", 600);
    write("t10k", 200);

    List<String> lines = run("--data", temp.toString(), "--epochs", "4", "--lr", "0.1", "--soak");

    JsonObject result = JsonParser.parseString(lines.getLast()).getAsJsonObject();
    double accuracy = result.getAsJsonArray("accuracy").get(0).getAsDouble();
    assertTrue(accuracy > 0.9, String.join("\n", lines));
    assertTrue(result.get("secondsPerEpoch").getAsDouble() > 0);
    assertEquals(4, lines.stream().filter(l -> l.startsWith("epoch ")).count());
  }

  @Test
  void readmeShowsTheNetworkAsItIs() throws IOException {
    Path root = SharedData.repository();
    String source = Files.readString(root.resolve("examples/Net.java"));
    String network = source.substring(source.indexOf("class Net"));
    String indented = network.indent(4).replaceAll("(?m)^ +$", "");
    assertTrue(
        Files.readString(root.resolve("README.md")).contains(indented),
        "README.md lacks:\n" + indented);
  }

  /** Class k is a bright bar at row 2k + 4, in noise. */
  private void write(String part, int count) throws IOException {
    Rng rng = Rng.of(count);
    ByteArrayOutputStream images = new ByteArrayOutputStream();
    ByteArrayOutputStream labels = new ByteArrayOutputStream();
    DataOutputStream imagesOut = new DataOutputStream(images);
    DataOutputStream labelsOut = new DataOutputStream(labels);
    for (int value : new int[] {0x803, count, SIDE, SIDE}) {
      imagesOut.writeInt(value);
    }
    labelsOut.writeInt(0x801);
    labelsOut.writeInt(count);
    for (int i = 0; i < count; i++) {
      labelsOut.writeByte(i % 10);
      for (int at = 0; at < SIDE * SIDE; at++) {
        boolean bar = at / SIDE == 2 * (i % 10) + 4;
        imagesOut.writeByte(bar ? 255 : (int) (100 * rng.nextDouble()));
      }
    }
    Files.write(temp.resolve(part + "-images-idx3-ubyte"), images.toByteArray());
    Files.write(temp.resolve(part + "-labels-idx1-ubyte"), labels.toByteArray());
  }

  private List<String> run(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--add-modules=jdk.incubator.vector");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(SharedData.repository().resolve("examples/FashionMnist.java").toString());
    command.addAll(List.of(arguments));
    Path output = temp.resolve("output.txt");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertTrue(process.waitFor(5, TimeUnit.MINUTES), "the example hangs");
    String text = Files.readString(output);
    assertEquals(0, process.exitValue(), text);
    return text.lines().toList();
  }
}
