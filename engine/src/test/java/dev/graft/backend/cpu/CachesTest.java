package dev.graft.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CachesTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"512K, 524288", "2048K, 2097152", "16M, 1048576", "0K, 1048576", "K, 1048576"})
  void readsWhatLinuxStates(String text, int bytes) throws IOException {
    Path file = Files.writeString(folder.resolve("size"), text + "\n");
    assertEquals(bytes, Caches.l2(file));
  }

  @Test
  void takesTheUsualSizeWhereNothingIsStated() {
    assertEquals(1 << 20, Caches.l2(folder.resolve("none")));
    assertTrue(Caches.L2 > 0);
  }
}
