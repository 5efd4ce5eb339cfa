package dev.graft.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  @TempDir Path root;

  private void touch(String... names) throws IOException {
    for (String name : names) {
      Path file = root.resolve(name);
      Files.createDirectories(file.getParent());
      Files.createFile(file);
    }
  }

  private List<String> names(ImageFolder folder) {
    return folder.files().stream()
        .map(f -> root.relativize(f).toString().replace('\\', '/'))
        .toList();
  }

  @Test
  void sortsAsTorchvisionDoes() throws IOException {
    // Under LANG=C the JDK can name no such file, whoever asks.
    String locale = System.getProperty("sun.jnu.encoding");
    String accented = Charset.forName(locale).newEncoder().canEncode('é') ? "é" : "~";
    // By folder, then by name: files of a class before those in its folders, "a-b" before "a/c".
    touch("bees/z.jpg", "bees/a/c/3.jpg", "bees/a-b/2.jpg", "bees/a/1.jpg", "Ants/B.JPG");
    touch("Ants/a b (1).jpeg", "Ants/" + accented + ".png", "Ants/no-extension");
    ImageFolder folder = ImageFolder.of(root);
    assertEquals(List.of("Ants", "bees"), folder.classes());
    assertEquals(
        List.of(
            "Ants/B.JPG",
            "Ants/a b (1).jpeg",
            "Ants/no-extension",
            "Ants/" + accented + ".png",
            "bees/z.jpg",
            "bees/a/1.jpg",
            "bees/a-b/2.jpg",
            "bees/a/c/3.jpg"),
        names(folder));
    assertEquals(List.of(0, 0, 0, 0, 1, 1, 1, 1), folder.labels());
  }

  @Test
  void leavesOutHiddenFilesAndFolders() throws IOException {
    touch("a/1.jpg", "a/.DS_Store", "a/.thumbs/1.jpg", ".git/objects/1", "loose.jpg");
    ImageFolder folder = ImageFolder.of(root);
    assertEquals(List.of("a"), folder.classes());
    assertEquals(List.of("a/1.jpg"), names(folder));
  }

  @Test
  void keepsAnEmptyClass() throws IOException {
    touch("b/1.jpg");
    Files.createDirectory(root.resolve("a"));
    ImageFolder folder = ImageFolder.of(root);
    assertEquals(List.of("a", "b"), folder.classes());
    assertEquals(List.of(1), folder.labels());
  }

  @Test
  void followsLinksButNotInCircles() throws IOException {
    touch("a/1.jpg", "elsewhere/2.jpg");
    try {
      Files.createSymbolicLink(root.resolve("a/linked"), root.resolve("elsewhere"));
      Files.createSymbolicLink(root.resolve("a/circle"), root.resolve("a"));
    } catch (IOException | UnsupportedOperationException e) {
      Assumptions.abort("no symbolic links here: " + e);
    }
    List<String> names = names(ImageFolder.of(root));
    assertTrue(names.contains("a/linked/2.jpg"), names::toString);
    assertEquals(4, names.size(), names::toString); // with the circle itself, which no one can read
  }

  @Test
  void saysWhatIsMissing() throws IOException {
    Path absent = root.resolve("absent");
    assertMessage(absent, absent + ": no such folder");
    assertMessage(
        root,
        root + ": no class folders; expected a folder per class with images in it: cats/1.jpg");
    Files.createDirectory(root.resolve("cats"));
    assertMessage(
        root,
        root
            + ": 1 class folders, all empty; expected a folder per class with images in it:"
            + " cats/1.jpg");
    touch("photo.jpg");
    Path photo = root.resolve("photo.jpg");
    assertMessage(photo, photo + ": a file; expected a folder of class folders");
  }

  private static void assertMessage(Path folder, String message) {
    assertEquals(
        message, assertThrows(IOException.class, () -> ImageFolder.of(folder)).getMessage());
  }

  @Test
  void takesAnotherModelsNumbers() throws IOException {
    touch("bees/1.jpg", "wasps/1.jpg");
    ImageFolder folder = ImageFolder.of(root);
    ImageFolder renumbered = folder.withClasses(List.of("ants", "bees", "wasps"));
    assertEquals(List.of(1, 2), renumbered.labels());
    String message =
        assertThrows(IOException.class, () -> folder.withClasses(List.of("ants", "bees")))
            .getMessage();
    assertEquals(root + ": class folder \"wasps\" is not one of [ants, bees]", message);
  }

  @Test
  void selectsByPosition() throws IOException {
    touch("a/1.jpg", "a/2.jpg", "b/3.jpg");
    ImageFolder chosen = ImageFolder.of(root).select(new int[] {2, 0});
    assertEquals(List.of("b/3.jpg", "a/1.jpg"), names(chosen));
    assertEquals(List.of(1, 0), chosen.labels());
  }
}
