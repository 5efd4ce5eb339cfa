package dev.graft.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

class SharedDataTest {
  private final String dir = System.getProperty("shared.dir");
  private final String golden = System.getProperty("golden.dir");
  private final String required = System.getProperty("shared.required");

  @AfterEach
  void restore() {
    set("shared.dir", dir);
    set("golden.dir", golden);
    set("shared.required", required);
  }

  @Test
  void findsFilesWhereThePropertiesSay(@TempDir Path folder) throws Exception {
    Path file = Files.createFile(folder.resolve("a.bin"));
    Path reference = Files.createFile(Files.createDirectory(folder.resolve("golden")).resolve("b"));
    set("shared.dir", folder.toString());
    set("golden.dir", null);
    assertEquals(file, SharedData.file("a.bin"));
    assertEquals(reference, SharedData.golden("b"));
    set("golden.dir", folder.toString());
    assertEquals(file, SharedData.golden("a.bin"));
  }

  @Test
  void skipsOrFailsWhereAFileIsAbsent(@TempDir Path folder) {
    set("shared.dir", folder.toString());
    set("shared.required", "false");
    assertThrows(TestAbortedException.class, () -> SharedData.file("absent"));
    set("shared.required", "true");
    assertThrows(AssertionError.class, () -> SharedData.file("absent"));
  }

  @Test
  void looksBesideTheRepositoryByDefault() {
    set("shared.dir", null);
    set("shared.required", "true");
    var error = assertThrows(AssertionError.class, () -> SharedData.file("no such file"));
    Path expected = SharedData.repository().resolveSibling("shared").resolve("no such file");
    assertEquals(0, error.getMessage().indexOf(expected.toString()));
  }

  private static void set(String key, String value) {
    if (value == null) {
      System.clearProperty(key);
    } else {
      System.setProperty(key, value);
    }
  }
}
