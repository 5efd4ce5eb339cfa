package dev.graft.data;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pillow itself writes images of every kind and says what it reads from them, as checksums of the
 * decoded and of the resized pixels. Skipped where no Python with Pillow is installed (Debian's
 * python3-pil).
 */
class PillowParityTest {
  /** The distribution's Python first: that is where a packaged Pillow is. */
  private static final List<String> PYTHONS = List.of("/usr/bin/python3", "python3", "python");

  @TempDir Path folder;

  @Test
  void readsAndResizesAsPillow() throws IOException, InterruptedException {
    Path script = folder.resolve("pillow-cases.py");
    try (InputStream in = PillowParityTest.class.getResourceAsStream("pillow-cases.py")) {
      Files.copy(in, script);
    }
    String python = pythonWithPillow();
    Process run =
        new ProcessBuilder(python, script.toString(), folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> cases = run.inputReader().lines().toList();
    assertEquals(0, run.waitFor(), "the script failed");
    assertTrue(cases.size() > 100, "only " + cases.size() + " cases");
    assertAll(cases.stream().map(line -> (Executable) () -> check(line)));
  }

  private String pythonWithPillow() throws InterruptedException {
    for (String python : PYTHONS) {
      try {
        Process probe = new ProcessBuilder(python, "-c", "import PIL.Image, numpy").start();
        if (probe.waitFor() == 0) {
          return python;
        }
      } catch (IOException absent) {
        continue;
      }
    }
    return Assumptions.abort("no Python with Pillow and NumPy (Debian: python3-pil python3-numpy)");
  }

  /**
   * {@code name width height filter checksum}; filter {@code -} is the image as it was read, {@code
   * UPRIGHT} turned as its EXIF data say, {@code CUT-FILTER} and {@code SQUASH-FILTER} what
   * torchvision cuts, with resize and crop for width and height.
   */
  private void check(String line) throws IOException {
    String[] field = line.split(" ");
    boolean upright = field[3].equals("UPRIGHT");
    Image image = ImageReader.read(folder.resolve(field[0]), upright);
    int width = Integer.parseInt(field[1]);
    int height = Integer.parseInt(field[2]);
    String[] kind = field[3].split("-"); // "-" alone gives none
    if (kind.length == 2) {
      image = cut(image, width, height, Resize.Filter.valueOf(kind[1]), kind[0].equals("SQUASH"));
      assertEquals(height, image.width(), line);
      assertEquals(height, image.height(), line);
    } else if (kind.length == 1 && !upright) {
      image = Resize.to(image, width, height, Resize.Filter.valueOf(field[3]));
      assertEquals(width, image.width(), line);
      assertEquals(height, image.height(), line);
    } else {
      assertEquals(width + "x" + height, image.width() + "x" + image.height(), line);
    }
    CRC32 sum = new CRC32();
    sum.update(image.rgb());
    assertEquals(Long.parseLong(field[4]), sum.getValue(), line);
  }

  private static Image cut(
      Image image, int resize, int crop, Resize.Filter filter, boolean squash) {
    List<Float> zeros = List.of(0f, 0f, 0f);
    List<Float> ones = List.of(1f, 1f, 1f);
    return new Preprocessing(resize, crop, filter, zeros, ones, squash, false).cut(image);
  }
}
