package dev.graft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageLoaderTest {
  private final ImageLoader loader = new ImageLoader(Preprocessing.CIFAR);

  @TempDir Path folder;

  private Path grey(String name, int level) throws IOException {
    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    int[] pixels = new int[32 * 32];
    Arrays.fill(pixels, level << 16 | level << 8 | level);
    image.setRGB(0, 0, 32, 32, pixels, 0, 32);
    Path file = folder.resolve(name);
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  @Test
  void keepsTheOrderAndReportsTheRest() throws IOException {
    List<Path> files = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      files.add(grey("%02d.png".formatted(i), i));
    }
    files.set(7, Files.writeString(folder.resolve("notes.jpg"), "to do"));
    files.set(11, folder.resolve("gone.jpg"));
    ImageLoader.Batch batch = loader.load(files, 5, 15);
    assertArrayEquals(new int[] {5, 6, 8, 9, 10, 12, 13, 14}, batch.positions());
    assertEquals(Shape.of(8, 3, 32, 32), batch.images().shape());
    for (int i = 0; i < 8; i++) {
      float expected = (batch.positions()[i] / 255f - 0.485f) / 0.229f;
      assertEquals(expected, batch.images().get(i, 0, 3, 4));
    }
    assertEquals(
        List.of(
            files.get(7) + ": not an image; JPEG, PNG, BMP and GIF are read",
            files.get(11) + ": no such file"),
        batch.unreadable().stream().map(Object::toString).toList());
  }

  @Test
  void aFolderIsNoImage() {
    ImageLoader.Batch batch = loader.load(List.of(folder), 0, 1);
    assertNull(batch.images());
    assertEquals(0, batch.positions().length);
    String reason = batch.unreadable().getFirst().reason();
    assertTrue(!reason.isBlank() && reason.lines().count() == 1, reason);
  }
}
