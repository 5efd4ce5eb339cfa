package dev.graft.endtoend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.graft.cli.Main;
import dev.graft.data.ImageFolder;
import dev.graft.testing.SharedData;
import dev.graft.transfer.Classifier;
import dev.graft.transfer.FolderRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands on real photographs, from training to a prediction by the saved model. */
class TrainCommandTest {
  @TempDir private Path temp;

  /** What a command line did: its exit code, and what it printed. */
  private record Outcome(int code, String out, String err) {}

  private static Outcome graft(String... args) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
      int code = Main.run(args);
      return new Outcome(
          code,
          outBytes.toString(StandardCharsets.UTF_8),
          errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ridge", "sgd"})
  void trainsOnPhotographsAndTheSavedModelAnswersTheSame(String head) throws IOException {
    Path photos = photosWithABrokenOne();
    Path weights = SharedData.file("weights/resnet20-12fca82f.th");
    Path model = temp.resolve("insects.safetensors");

    Outcome trained =
        graft(
            "train",
            "--images",
            photos.toString(),
            "--weights",
            weights.toString(),
            "--out",
            model.toString(),
            "--head",
            head,
            "--json");

    assertEquals(0, trained.code, trained.err);
    JsonObject result = JsonParser.parseString(trained.out).getAsJsonObject();
    assertTrue(result.get("accuracy").getAsDouble() > 0.55, trained.out);
    assertEquals(1, result.getAsJsonArray("unreadable").size(), trained.out);
    assertTrue(trained.err.contains("broken.jpg"), trained.err);

    Outcome judged =
        graft("evaluate", model.toString(), "--images", photos.resolve("val").toString(), "--json");
    JsonObject again = JsonParser.parseString(judged.out).getAsJsonObject();
    assertEquals(result.get("accuracy"), again.get("accuracy"));
    assertEquals(result.get("confusion"), again.get("confusion"));
    ImageFolder val = ImageFolder.of(photos.resolve("val"));
    assertArrayEquals(logits(model, val), logits(model, val));
  }

  private static float[] logits(Path model, ImageFolder folder) throws IOException {
    Classifier c = Classifier.load(model);
    return FolderRun.of(folder, c.preprocessing(), c::logits, done -> {}).outputs().toArray();
  }

  /** The photographs, linked or copied, with one more file that is no image. */
  private Path photosWithABrokenOne() throws IOException {
    Path source = Archives.unpacked("hymenoptera.tar", "");
    Path photos = temp.resolve("photos");
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = photos.resolve(source.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
    Files.writeString(photos.resolve("train/ants/broken.jpg"), "not a picture");
    return photos;
  }

  @Test
  void failuresAreOneLine() {
    Outcome missing = graft("inspect", temp.resolve("nothing.pth").toString());
    assertEquals(1, missing.code);
    assertEquals(1, missing.err.lines().count(), missing.err);
    assertTrue(missing.err.contains("nothing.pth"), missing.err);
    assertFalse(missing.err.contains("\tat "), missing.err);
    assertEquals(2, graft("train").code);
  }
}
