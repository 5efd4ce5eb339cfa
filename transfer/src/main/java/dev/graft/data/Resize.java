package dev.graft.data;

/**
 * Pillow's resize on bytes, bit for bit: a horizontal then a vertical pass, the filter widened when
 * shrinking (antialiasing), weights in 22-bit fixed point.
 */
public final class Resize {
  /** The interpolation filters, by Pillow's names. */
  public enum Filter {
    BILINEAR(1),
    BICUBIC(2),
    LANCZOS(3);

    private final double support;

    Filter(double support) {
      this.support = support;
    }

    private double weight(double t) {
      if (this == LANCZOS) {
        return -3 <= t && t < 3 ? sinc(t) * sinc(t / 3) : 0;
      }
      double x = Math.abs(t);
      if (this == BILINEAR) {
        return x < 1 ? 1 - x : 0;
      }
      double a = -0.5;
      if (x < 1) {
        return ((a + 2) * x - (a + 3)) * x * x + 1;
      }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    }

    private static double sinc(double t) {
      double angle = t * Math.PI;
      return t == 0 ? 1 : StrictMath.sin(angle) / angle;
    }
  }

  private static final int BITS = 22;

  private Resize() {}

  /** The image at width × height; itself where it has that size. */
  public static Image to(Image image, int width, int height, Filter filter) {
    return window(image, width, height, filter, 0, 0, width, height);
  }

  /**
   * The part {@code w}×{@code h} at (left, top) of the image resized to width × height: the same
   * pixels as resizing and then cutting, at the cost of the part alone.
   *
   * @throws IllegalArgumentException if a size is not positive or the part is not within the whole
   */
  public static Image window(
      Image image, int width, int height, Filter filter, int left, int top, int w, int h) {
    if (left < 0 || top < 0 || w < 1 || h < 1 || w > width - left || h > height - top) {
      throw new IllegalArgumentException(
          "resize: the part %dx%d at (%d, %d) is not within %dx%d"
              .formatted(w, h, left, top, width, height));
    }
    if (w == image.width() && width == w && h == image.height() && height == h) {
      return image;
    }
    Weights columns = new Weights(image.width(), width, left, w, filter);
    Weights rows = new Weights(image.height(), height, top, h, filter);
    int firstRow = rows.moveToZero();
    int line = image.width() * 3;
    byte[] narrow = pass(image.rgb(), firstRow * line, rows.end(), line, 3, columns, w * 3, 3);
    return new Image(w, h, pass(narrow, 0, w, 3, w * 3, rows, 3, w * 3));
  }

  /**
   * Resizes lines of pixels.
   *
   * @param start where the first line begins in {@code in}
   * @param lineStep bytes from one line to the next in the input, outLine in the output
   * @param step bytes from one pixel of a line to the next in the input, outStep in the output
   */
  private static byte[] pass(
      byte[] in,
      int start,
      int lines,
      int lineStep,
      int step,
      Weights w,
      int outLine,
      int outStep) {
    byte[] out = new byte[lines * w.first.length * 3];
    for (int i = 0; i < w.first.length; i++) {
      int[] weights = w.values[i];
      for (int line = 0; line < lines; line++) {
        int from = start + line * lineStep + w.first[i] * step;
        int red = 1 << (BITS - 1);
        int green = red;
        int blue = red;
        for (int weight : weights) {
          red += (in[from] & 0xff) * weight;
          green += (in[from + 1] & 0xff) * weight;
          blue += (in[from + 2] & 0xff) * weight;
          from += step;
        }
        int to = line * outLine + i * outStep;
        out[to] = clip(red);
        out[to + 1] = clip(green);
        out[to + 2] = clip(blue);
      }
    }
    return out;
  }

  private static byte clip(int sum) {
    return (byte) Math.clamp(sum >> BITS, 0, 255);
  }

  /** For each output pixel of a range, the first input pixel and the weights from there on. */
  private static final class Weights {
    final int[] first;
    final int[][] values;

    Weights(int in, int out, int start, int count, Filter filter) {
      first = new int[count];
      values = new int[count][];
      double scale = (double) in / out;
      double filterScale = Math.max(scale, 1);
      double support = filter.support * filterScale;
      double narrowing = 1 / filterScale;
      for (int i = 0; i < count; i++) {
        double centre = (start + i + 0.5) * scale;
        int from = Math.max(0, (int) (centre - support + 0.5));
        int to = Math.min(in, (int) (centre + support + 0.5));
        double[] exact = new double[to - from];
        double total = 0;
        for (int j = 0; j < exact.length; j++) {
          exact[j] = filter.weight((j + from - centre + 0.5) * narrowing);
          total += exact[j];
        }
        first[i] = from;
        values[i] = fixed(exact, total);
      }
    }

    private static int[] fixed(double[] exact, double total) {
      int[] fixed = new int[exact.length];
      for (int j = 0; j < fixed.length; j++) {
        double weight = (total == 0 ? exact[j] : exact[j] / total) * (1 << BITS);
        fixed[j] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
      }
      return fixed;
    }

    /** Counts from the first input pixel that is needed, and returns it. */
    int moveToZero() {
      int least = first[0];
      for (int i = 0; i < first.length; i++) {
        first[i] -= least;
      }
      return least;
    }

    /** One past the last input pixel that is needed. */
    int end() {
      int end = 0;
      for (int i = 0; i < first.length; i++) {
        end = Math.max(end, first[i] + values[i].length);
      }
      return end;
    }
  }
}
