package dev.graft.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DemoCommandTest {
  @TempDir Path folder;

  /** What the command leaves behind. */
  private record Run(int exit, String out, String err) {}

  private static Run run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit =
        new CommandLine(new DemoCommand())
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(args);
    return new Run(exit, out.toString(), err.toString());
  }

  @Test
  void lettersTeachMoreAboutDigitsThanPixelsDo() {
    Path chart = folder.resolve("curves.png");
    Run run = run("--json", "--draws", "8", "--scratch-draws", "0", "--out", chart.toString());
    assertEquals(0, run.exit(), run.err());
    assertEquals(1, run.out().lines().count(), "one line on standard output");
    JsonObject accuracy =
        JsonParser.parseString(run.out()).getAsJsonObject().getAsJsonObject("accuracy");
    assertEquals(Set.of("1", "5", "20"), accuracy.keySet());
    double[] wanted = {0.62, 0.85, 0.91};
    String[] shots = {"1", "5", "20"};
    for (int i = 0; i < shots.length; i++) {
      JsonObject row = accuracy.getAsJsonObject(shots[i]);
      assertEquals(Set.of("graft", "pixels"), row.keySet());
      double graft = row.get("graft").getAsDouble();
      double pixels = row.get("pixels").getAsDouble();
      assertTrue(graft >= wanted[i] && graft <= 1, shots[i] + " shots: " + row);
      assertTrue(pixels > 0.2 && pixels < graft - 0.1, shots[i] + " shots: " + row);
    }
  }

  @Test
  void sameSeedSameNumbers() {
    String[] args = {
      "--json", "--draws=2", "--scratch-draws=0", "--out", folder.resolve("a.png").toString()
    };
    JsonObject first = JsonParser.parseString(run(args).out()).getAsJsonObject();
    JsonObject second = JsonParser.parseString(run(args).out()).getAsJsonObject();
    assertEquals(first.get("accuracy"), second.get("accuracy"));
    assertEquals(first.get("deviation"), second.get("deviation"));
  }

  @Test
  void threeContendersInTableAndChart() throws Exception {
    Path chart = folder.resolve("curves.png");
    Run run = run("--draws=2", "--scratch-draws=1", "--out", chart.toString());
    assertEquals(0, run.exit(), run.err());
    List<String> rows = run.out().lines().filter(l -> l.matches(".*\\d ?(ms|s)")).toList();
    assertEquals(3, rows.size(), run.out());
    assertTrue(rows.get(0).matches("grafted trunk .* 650 +2 .*"), rows.get(0));
    assertTrue(rows.get(1).matches("same network from scratch .* 269,722 +1 .*"), rows.get(1));
    assertTrue(rows.get(2).matches("ridge on raw pixels .* 7,850 +2 .*"), rows.get(2));
    if (run.err().contains("no chart")) {
      assertTrue(run.err().contains("needs a font"), run.err());
    } else {
      assertTrue(run.out().contains("Curves: " + chart), run.out());
      BufferedImage picture = ImageIO.read(chart.toFile());
      assertTrue(picture.getWidth() >= 600 && picture.getHeight() >= 400);
    }
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    Run run = run("--draws", "0");
    assertEquals(2, run.exit());
    assertTrue(run.err().contains("--draws must be at least 1"), run.err());
  }
}
