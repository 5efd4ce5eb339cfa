package dev.graft.demo;

import java.awt.Font;
import java.awt.FontFormatException;
import java.awt.GraphicsEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The fonts that letters are drawn from, grouped by family so that a family of eighteen weights
 * counts as one. Sorted by name: the same fonts give the same library wherever they lie.
 */
final class FontLibrary {
  private final List<List<Typeface>> families;
  private final List<String> skipped;

  private FontLibrary(List<Typeface> faces, List<String> skipped) {
    Map<String, List<Typeface>> byFamily = new TreeMap<>();
    faces.stream()
        .sorted(Comparator.comparing(Typeface::name))
        .forEach(f -> byFamily.computeIfAbsent(f.family(), k -> new ArrayList<>()).add(f));
    this.families = List.copyOf(byFamily.values());
    this.skipped = List.copyOf(skipped);
    if (families.isEmpty()) {
      throw new IllegalArgumentException(
          "letters: no usable font: none holds half of the Latin alphabet; install some"
              + " (Debian: fonts-dejavu-core) or name a folder of .ttf and .otf files");
    }
  }

  /** Every font file (.ttf, .otf) under a folder. */
  static FontLibrary of(Path folder) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(folder)) {
      files = walk.filter(FontLibrary::isFont).sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    List<Typeface> faces = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    for (Path file : files) {
      try {
        Font font = Font.createFont(Font.TRUETYPE_FONT, file.toFile());
        Typeface.of(font)
            .ifPresentOrElse(
                faces::add, () -> skipped.add(file.getFileName() + ": no Latin alphabet"));
      } catch (FontFormatException | IOException e) {
        skipped.add(file.getFileName() + ": " + e.getMessage());
      }
    }
    return new FontLibrary(faces, skipped);
  }

  /** The fonts that this machine has installed. */
  static FontLibrary installed() {
    List<Typeface> faces =
        Arrays.stream(installedFonts()).flatMap(font -> Typeface.of(font).stream()).toList();
    return new FontLibrary(faces, List.of());
  }

  /** A machine without fontconfig or any font makes the JDK throw an unnamed error. */
  private static Font[] installedFonts() {
    try {
      return GraphicsEnvironment.getLocalGraphicsEnvironment().getAllFonts();
    } catch (RuntimeException | LinkageError | InternalError e) {
      return new Font[0];
    }
  }

  List<List<Typeface>> families() {
    return families;
  }

  /** Files that are no font or hold no Latin letters, with the reason. */
  List<String> skipped() {
    return skipped;
  }

  /** One line a family, with the names of its faces: what the log of a run keeps. */
  List<String> describe() {
    return families.stream()
        .map(faces ->
            faces.getFirst().family()
                + ": "
                + String.join(", ", faces.stream().map(Typeface::name).toList()))
        .toList();
  }

  private static boolean isFont(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".ttf") || name.endsWith(".otf");
  }
}
