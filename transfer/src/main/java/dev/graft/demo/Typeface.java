package dev.graft.demo;

import java.awt.Font;
import java.awt.Shape;
import java.awt.font.FontRenderContext;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The letters of one font as outlines, each scaled so that its longer side is 1 and centred on the
 * origin. A letter that the font lacks is absent, and so is a small letter that only repeats the
 * capital where the two are different classes (a font of capitals would teach that A is an a).
 */
final class Typeface {
  private static final float SIZE = 200;
  private static final double SAME = 0.9;

  private final String family;
  private final String name;
  private final Map<Character, Shape> outlines = new HashMap<>();

  private Typeface(Font font) {
    family = font.getFamily(Locale.ROOT);
    name = font.getFontName(Locale.ROOT);
    Font sized = font.deriveFont(SIZE);
    for (String letters : LetterClasses.CLASSES) {
      for (char letter : letters.toCharArray()) {
        outline(sized, letter).ifPresent(shape -> outlines.put(letter, shape));
      }
    }
    for (char upper = 'A'; upper <= 'Z'; upper++) {
      dropRepeatedCapital(upper);
    }
  }

  /** The font's letters; empty where it has fewer than half of the alphabet. */
  static Optional<Typeface> of(Font font) {
    Typeface face = new Typeface(font);
    return face.outlines.size() < 26 ? Optional.empty() : Optional.of(face);
  }

  String family() {
    return family;
  }

  String name() {
    return name;
  }

  /** The outline of a letter, or null where this font has none of its own. */
  Shape outline(char letter) {
    return outlines.get(letter);
  }

  private static Optional<Shape> outline(Font font, char letter) {
    if (!font.canDisplay(letter)) {
      return Optional.empty();
    }
    FontRenderContext context = new FontRenderContext(null, true, true);
    Shape glyph = font.createGlyphVector(context, String.valueOf(letter)).getOutline();
    Rectangle2D box = glyph.getBounds2D();
    double side = Math.max(box.getWidth(), box.getHeight());
    if (side < SIZE / 20) {
      return Optional.empty();
    }
    AffineTransform toUnit = AffineTransform.getScaleInstance(1 / side, 1 / side);
    toUnit.translate(-box.getCenterX(), -box.getCenterY());
    return Optional.of(toUnit.createTransformedShape(glyph));
  }

  private void dropRepeatedCapital(char upper) {
    char lower = Character.toLowerCase(upper);
    boolean apart = LetterClasses.of(upper) != LetterClasses.of(lower);
    Shape a = outlines.get(upper);
    Shape b = outlines.get(lower);
    if (apart && a != null && b != null && overlap(a, b) > SAME) {
      outlines.remove(lower);
    }
  }

  /** Intersection over union, counted on a 48×48 grid. */
  private static double overlap(Shape a, Shape b) {
    int both = 0;
    int either = 0;
    for (int i = 0; i < 48 * 48; i++) {
      double x = (i % 48 + 0.5) / 48 - 0.5;
      double y = (i / 48 + 0.5) / 48 - 0.5;
      boolean inA = a.contains(x, y);
      boolean inB = b.contains(x, y);
      both += inA && inB ? 1 : 0;
      either += inA || inB ? 1 : 0;
    }
    return either == 0 ? 0 : (double) both / either;
  }
}
