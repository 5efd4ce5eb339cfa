package dev.graft.endtoend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import dev.graft.cli.Main;
import dev.graft.testing.SharedData;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands fetch weights by name, from a mirror on this machine. */
class HubCommandTest {
  private static final String FILE = "resnet20-12fca82f.th";

  @TempDir private Path temp;
  private final List<String> asked = new ArrayList<>();
  private HttpServer mirror;

  @BeforeEach
  void start() throws IOException {
    byte[] weights = Files.readAllBytes(SharedData.file("weights/" + FILE));
    mirror = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    mirror.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          asked.add(path);
          boolean there = path.equals("/mirror/cifar10/" + FILE);
          exchange.sendResponseHeaders(there ? 200 : 404, there ? weights.length : -1);
          if (there) {
            exchange.getResponseBody().write(weights);
          }
          exchange.close();
        });
    mirror.start();
    System.setProperty("graft.home", temp.resolve("home").toString());
    System.setProperty(
        "graft.mirror", "http://127.0.0.1:" + mirror.getAddress().getPort() + "/mirror");
  }

  @AfterEach
  void stop() {
    mirror.stop(0);
    System.clearProperty("graft.home");
    System.clearProperty("graft.mirror");
    System.clearProperty("graft.offline");
  }

  /** What a command line printed; it must end with {@code code}. */
  private static String graft(int code, String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(text, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
      assertEquals(code, Main.run(args), () -> errors.toString(StandardCharsets.UTF_8));
      return (code == 0 ? text : errors).toString(StandardCharsets.UTF_8);
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  private Path image() throws IOException {
    Path file = temp.resolve("grey.png");
    ImageIO.write(new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    return file;
  }

  @Test
  void predictsWithFetchedWeightsAndTheirClassNames() throws IOException {
    String image = image().toString();
    String first = graft(0, "predict", "cifar_resnet20", image, "--top", "10", "--json");
    assertTrue(Files.isRegularFile(temp.resolve("home/cifar10/" + FILE)));
    JsonObject answer = JsonParser.parseString(first).getAsJsonObject();
    JsonArray guesses =
        answer.getAsJsonArray("images").get(0).getAsJsonObject().getAsJsonArray("predictions");
    assertEquals(10, guesses.size());
    assertTrue(first.contains("\"airplane\"") && first.contains("\"truck\""), first);
    System.setProperty("graft.offline", "1");
    assertEquals(first, graft(0, "predict", "cifar_resnet20", image, "--top", "10", "--json"));
    assertEquals(List.of("/mirror/cifar10/" + FILE), asked);
  }

  @Test
  void trainsOnAFetchedTrunk() throws IOException {
    for (String label : List.of("dark", "light")) {
      Path folder = Files.createDirectories(temp.resolve("images/" + label));
      for (int i = 0; i < 5; i++) {
        BufferedImage picture = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        for (int p = 0; p < 32 * 32; p++) {
          picture.setRGB(p % 32, p / 32, (label.equals("dark") ? 0x101010 : 0xd0d0d0) + i * p);
        }
        ImageIO.write(picture, "png", folder.resolve(i + ".png").toFile());
      }
    }
    String model = temp.resolve("model.safetensors").toString();
    String images = temp.resolve("images").toString();
    String text =
        graft(0, "train", "--trunk", "cifar_resnet20", "--images", images, "--out", model);
    assertTrue(text.startsWith("trunk      cifar_resnet20 from " + FILE), text);
    assertTrue(graft(0, "predict", model, image().toString()).contains("dark"));
  }

  @Test
  void checksWhatWouldFit() {
    String text = graft(0, "check", "cifar_resnet20", "--head", "reinitialise", "--classes", "3");
    assertEquals(
        """
        file       cifar_resnet20
        names      torchvision's names
        network    cifar_resnet20, 3 classes
        fit        95 applied, 0 missing, 0 unexpected, 0 misshapen, 2 dropped
        """,
        text.replace("\r", ""));
    String other = graft(1, "check", "cifar_resnet20", "--network", "cifar_resnet32", "--json");
    assertEquals("", other);
  }

  @Test
  void anAbsentFileIsOneLine() {
    System.setProperty("graft.offline", "1");
    String error = graft(1, "predict", "cifar_resnet44", "x.png");
    assertEquals(1, error.lines().count(), error);
    assertTrue(
        error.startsWith(
            "graft predict: hub: resnet44-014dd654.th is not in the cache, and GRAFT_OFFLINE"),
        error);
  }
}
