package dev.graft.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What the coverage-guided fuzzer Jazzer calls; {@code weights-import/tools/fuzz} starts it. It
 * finds these methods by their names.
 */
public final class FuzzTarget {
  private static FuzzReader reader;

  private FuzzTarget() {}

  /** Takes the reader's name, and loads its classes, whose instrumentation takes seconds. */
  public static void fuzzerInitialize(String[] arguments) throws IOException {
    reader = FuzzReader.valueOf(arguments[0].toUpperCase(Locale.ROOT));
    for (byte[] seed : reader.seeds()) {
      reader.check(seed);
    }
  }

  /** Reads one input. */
  public static void fuzzerTestOneInput(byte[] input) throws IOException {
    reader.check(input);
  }

  /**
   * Writes the inputs to begin with.
   *
   * @param arguments the folder, in which each reader gets one of its own
   */
  public static void main(String[] arguments) throws IOException {
    for (FuzzReader each : FuzzReader.values()) {
      Path folder = Path.of(arguments[0], each.name().toLowerCase(Locale.ROOT));
      Files.createDirectories(folder);
      List<byte[]> seeds = each.seeds();
      for (int i = 0; i < seeds.size(); i++) {
        Files.write(folder.resolve("seed-" + i), seeds.get(i));
      }
    }
  }
}
