package dev.graft.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Finds the files that are too large, or not ours, to live in the repository: reference values,
 * published weights, photographs. They are looked for in the folder that the system property {@code
 * shared.dir} names, by default {@code shared} next to the repository's root. A test that misses
 * its file is skipped with the reason, or fails where {@code -Dshared.required=true} says that it
 * must run.
 */
public final class SharedData {
  private SharedData() {}

  /**
   * Path of a shared file or folder, which exists.
   *
   * @param name path below the shared folder, with slashes, such as {@code weights/resnet20.th}
   * @throws org.opentest4j.TestAbortedException if it is absent and may be
   * @throws AssertionError if it is absent and {@code shared.required} is true
   */
  public static Path file(String name) {
    return required(directory().resolve(name), "shared.dir");
  }

  /**
   * Path of a file or folder among the reference values, which exists: they lie in {@code golden}
   * of the shared folder, or where the system property {@code golden.dir} says.
   *
   * @param name path below the folder of reference values, with slashes
   * @throws org.opentest4j.TestAbortedException if it is absent and may be
   * @throws AssertionError if it is absent and {@code shared.required} is true
   */
  public static Path golden(String name) {
    String given = System.getProperty("golden.dir", "");
    Path folder = given.isEmpty() ? directory().resolve("golden") : located(Path.of(given));
    return required(folder.resolve(name), "golden.dir");
  }

  /**
   * Root of the repository: the nearest folder at or above the working directory with the wrapper
   * in it.
   */
  public static Path repository() {
    Path start = Path.of("").toAbsolutePath();
    for (Path p = start; p != null; p = p.getParent()) {
      if (Files.exists(p.resolve("mvnw"))) {
        return p;
      }
    }
    throw new IllegalStateException(
        "no mvnw in " + start + " or above it: not inside the repository");
  }

  private static Path directory() {
    String given = System.getProperty("shared.dir", "");
    return given.isEmpty() ? repository().resolveSibling("shared") : located(Path.of(given));
  }

  /**
   * A relative path counts from the root, where the command was typed, not from the module's
   * folder.
   */
  private static Path located(Path path) {
    return repository().resolve(path).normalize();
  }

  private static Path required(Path path, String property) {
    if (!Files.exists(path)) {
      String reason = path + " is absent; -D" + property + "=FOLDER says where to look";
      if (Boolean.getBoolean("shared.required")) {
        Assertions.fail(reason);
      }
      Assumptions.abort(reason);
    }
    return path;
  }
}
