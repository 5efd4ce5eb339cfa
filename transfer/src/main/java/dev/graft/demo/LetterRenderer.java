package dev.graft.demo;

import dev.graft.tensor.Rng;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.PathIterator;
import java.util.List;

/**
 * Draws letters that look handwritten and framed like MNIST's digits: a letter of a random font,
 * slanted, stretched and rotated, its outline bent by an elastic field, drawn either with the
 * font's own strokes made thicker or thinner or with a round pen along their middle line.
 *
 * <p>The i-th image of a seed depends on nothing but the seed, i and the fonts, so images can be
 * drawn in any order and on any thread. Safe for use by many threads.
 */
final class LetterRenderer {
  /** Pixels of the drawing to one pixel of the 20-pixel box. */
  private static final double DETAIL = 4;

  private static final int CANVAS = 128;

  /** Points of an outline lie no further apart than this, in units of the letter's size. */
  private static final double STEP = 0.05;

  /** One image: 28×28 bytes, row-major, white ink on black, and the index of its class. */
  record Letter(byte[] pixels, int label, char character, String font) {}

  private final FontLibrary fonts;
  private final long seed;

  LetterRenderer(FontLibrary fonts, long seed) {
    this.fonts = fonts;
    this.seed = seed;
  }

  /** The image at position {@code index} of this seed. */
  Letter letter(long index) {
    Rng rng = Rng.of(Rng.bits(seed, index));
    int label = rng.nextInt(LetterClasses.count());
    String characters = LetterClasses.CLASSES.get(label);
    Shape outline = null;
    Typeface face = null;
    char character = 0;
    while (outline == null) {
      List<Typeface> family = fonts.families().get(rng.nextInt(fonts.families().size()));
      face = family.get(rng.nextInt(family.size()));
      character = characters.charAt(rng.nextInt(characters.length()));
      outline = face.outline(character);
    }
    byte[] pixels = MnistFrame.frame(draw(bend(outline, rng), rng), CANVAS);
    return new Letter(pixels, label, character, face.name());
  }

  /** Slant, stretch, rotation and elastic bending; the result lies within about [−1, 1]². */
  private static Shape bend(Shape outline, Rng rng) {
    AffineTransform affine = AffineTransform.getRotateInstance(0.12 * rng.nextGaussian());
    affine.shear(between(rng, -0.45, 0.25), 0);
    affine.scale(StrictMath.exp(between(rng, -0.35, 0.25)), 1);
    ElasticField field = new ElasticField(rng, between(rng, 0.15, 0.4), between(rng, 0.005, 0.05));
    Path2D bent = new Path2D.Double(Path2D.WIND_NON_ZERO);
    double[] point = new double[6];
    double[] last = new double[2];
    double[] start = new double[2];
    PathIterator path = outline.getPathIterator(affine, 0.004);
    for (; !path.isDone(); path.next()) {
      switch (path.currentSegment(point)) {
        case PathIterator.SEG_MOVETO -> {
          start = point.clone();
          bent.moveTo(
              point[0] + field.dx(point[0], point[1]), point[1] + field.dy(point[0], point[1]));
        }
        case PathIterator.SEG_LINETO -> line(bent, field, last, point);
        default -> {
          line(bent, field, last, start);
          bent.closePath();
          point = start.clone();
        }
      }
      last = point.clone();
    }
    return bent;
  }

  private static void line(Path2D path, ElasticField field, double[] from, double[] to) {
    double length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    int pieces = Math.max(1, (int) Math.ceil(length / STEP));
    for (int i = 1; i <= pieces; i++) {
      double x = from[0] + (to[0] - from[0]) * i / pieces;
      double y = from[1] + (to[1] - from[1]) * i / pieces;
      path.lineTo(x + field.dx(x, y), y + field.dy(x, y));
    }
  }

  /** Darkness 0..1 of a drawing in which the letter's longer side is about 80 pixels. */
  private static float[] draw(Shape letter, Rng rng) {
    boolean pen = rng.nextFloat() < 0.7f;
    double radius = between(rng, 0.75, 1.75);
    double growth = between(rng, -0.5, 0.7);
    double softness = between(rng, 0.35, 0.7) * DETAIL;
    double side = Math.max(letter.getBounds2D().getWidth(), letter.getBounds2D().getHeight());
    AffineTransform place = AffineTransform.getTranslateInstance(CANVAS / 2.0, CANVAS / 2.0);
    double room = 20 - (pen ? 2 * radius : 0);
    place.scale(room * DETAIL / side, room * DETAIL / side);
    place.translate(-letter.getBounds2D().getCenterX(), -letter.getBounds2D().getCenterY());
    boolean[] ink = Bitmap.fill(place.createTransformedShape(letter), CANVAS);
    float[] depth = pen ? penDepth(ink, radius * DETAIL) : outlineDepth(ink, growth * DETAIL);
    for (int i = 0; i < depth.length; i++) {
      depth[i] = Math.clamp((float) (depth[i] / (2 * softness) + 0.5), 0f, 1f);
    }
    return depth;
  }

  /** How deep in the ink every pixel lies when a round pen follows the strokes' middle line. */
  private static float[] penDepth(boolean[] ink, double radius) {
    float[] depth = Bitmap.distance(Bitmap.skeleton(ink, CANVAS), CANVAS);
    for (int i = 0; i < depth.length; i++) {
      depth[i] = (float) radius - depth[i];
    }
    return depth;
  }

  /**
   * How deep in the ink every pixel lies when the outline is moved outwards (positive growth) or
   * inwards, though never so far that a stroke vanishes.
   */
  private static float[] outlineDepth(boolean[] ink, double growth) {
    boolean[] paper = new boolean[ink.length];
    for (int i = 0; i < ink.length; i++) {
      paper[i] = !ink[i];
    }
    float[] outside = Bitmap.distance(ink, CANVAS);
    float[] inside = Bitmap.distance(paper, CANVAS);
    float thickest = 0;
    for (float d : inside) {
      thickest = Math.max(thickest, d);
    }
    float moved = (float) Math.max(growth, 0.6 * DETAIL - thickest);
    for (int i = 0; i < outside.length; i++) {
      outside[i] = inside[i] - outside[i] + moved;
    }
    return outside;
  }

  private static double between(Rng rng, double low, double high) {
    return low + (high - low) * rng.nextDouble();
  }
}
