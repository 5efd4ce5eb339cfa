package dev.graft.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Runs the scripts beside these tests with the libraries whose files Graft reads and writes, by the
 * first interpreter that has them: the one that the system property {@code graft.python} names,
 * python3, or the system's own, which may be another.
 */
final class Python {
  private static final List<String> INTERPRETERS =
      List.of(System.getProperty("graft.python", "python3"), "python3", "/usr/bin/python3");

  private static final Map<String, String> FOUND = new ConcurrentHashMap<>();

  private Python() {}

  /** Skips the test where a library is not installed. */
  static void require(String module) {
    String found = FOUND.computeIfAbsent(module, Python::find);
    assumeFalse(found.isEmpty(), () -> "python3 with " + module + " is not installed here");
  }

  private static String find(String module) {
    for (String interpreter : INTERPRETERS) {
      try {
        run(List.of(interpreter, "-c", "import " + module));
        return interpreter;
      } catch (IOException | AssertionError e) {
        // the next one may have it
      }
    }
    return "";
  }

  /** What a script prints that needs a library. */
  static String script(String module, String name, Object... arguments) throws IOException {
    Path file = Files.createTempFile("graft-", ".py");
    try (InputStream in = Python.class.getResourceAsStream(name)) {
      Files.write(file, in.readAllBytes());
      List<String> command = new ArrayList<>(List.of(FOUND.get(module), file.toString()));
      for (Object argument : arguments) {
        command.add(argument.toString());
      }
      return run(command);
    } finally {
      Files.delete(file);
    }
  }

  private static String run(List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("PYTHONIOENCODING", "utf-8");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.onExit().join().exitValue(), output);
    return output;
  }
}
