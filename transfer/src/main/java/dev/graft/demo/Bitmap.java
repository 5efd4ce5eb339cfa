package dev.graft.demo;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.Arrays;

/** Operations on square black-and-white pictures, row-major: filling, thinning, distances. */
final class Bitmap {
  private static final float FAR = 1e9f;

  private Bitmap() {}

  /** The pixels whose centre region a shape covers by half or more. */
  static boolean[] fill(Shape shape, int size) {
    BufferedImage image = new BufferedImage(size, size, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    g.setColor(Color.WHITE);
    g.fill(shape);
    g.dispose();
    byte[] data = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    boolean[] ink = new boolean[size * size];
    for (int i = 0; i < ink.length; i++) {
      ink[i] = (data[i] & 0xff) >= 128;
    }
    return ink;
  }

  /**
   * Thins strokes to lines one pixel wide: Zhang and Suen (1984). Pixels on the border of the
   * picture are taken as empty.
   */
  static boolean[] skeleton(boolean[] ink, int size) {
    boolean[] line = ink.clone();
    int[] candidates = new int[line.length];
    int count = 0;
    for (int i = 0; i < line.length; i++) {
      int x = i % size;
      int y = i / size;
      boolean border = x == 0 || y == 0 || x == size - 1 || y == size - 1;
      line[i] &= !border;
      if (line[i]) {
        candidates[count++] = i;
      }
    }
    int before;
    do {
      before = count;
      count = peel(line, size, candidates, count, true);
      count = peel(line, size, candidates, count, false);
    } while (count < before);
    return line;
  }

  /** One sub-iteration: removes what may go, all at once, and keeps the others in the list. */
  private static int peel(boolean[] line, int size, int[] pixels, int count, boolean first) {
    int[] removed = new int[count];
    int gone = 0;
    int kept = 0;
    for (int k = 0; k < count; k++) {
      int i = pixels[k];
      if (mayGo(line, size, i, first)) {
        removed[gone++] = i;
      } else {
        pixels[kept++] = i;
      }
    }
    for (int k = 0; k < gone; k++) {
      line[removed[k]] = false;
    }
    return kept;
  }

  private static boolean mayGo(boolean[] line, int size, int i, boolean first) {
    boolean n = line[i - size];
    boolean ne = line[i - size + 1];
    boolean e = line[i + 1];
    boolean se = line[i + size + 1];
    boolean s = line[i + size];
    boolean sw = line[i + size - 1];
    boolean w = line[i - 1];
    boolean nw = line[i - size - 1];
    int neighbours = bit(n) + bit(ne) + bit(e) + bit(se) + bit(s) + bit(sw) + bit(w) + bit(nw);
    if (neighbours < 2 || neighbours > 6) {
      return false;
    }
    int rises =
        bit(!n && ne)
            + bit(!ne && e)
            + bit(!e && se)
            + bit(!se && s)
            + bit(!s && sw)
            + bit(!sw && w)
            + bit(!w && nw)
            + bit(!nw && n);
    if (rises != 1) {
      return false;
    }
    return first ? !(n && e && s) && !(e && s && w) : !(n && e && w) && !(n && s && w);
  }

  private static int bit(boolean b) {
    return b ? 1 : 0;
  }

  /**
   * The distance of every pixel to the nearest set one, in pixels: exact, by lower envelopes of
   * parabolas along rows and columns (Felzenszwalb and Huttenlocher, 2012).
   */
  static float[] distance(boolean[] set, int size) {
    float[] squared = new float[set.length];
    for (int i = 0; i < set.length; i++) {
      squared[i] = set[i] ? 0 : FAR;
    }
    Envelope envelope = new Envelope(size);
    for (int x = 0; x < size; x++) {
      envelope.transform(squared, x, size);
    }
    for (int y = 0; y < size; y++) {
      envelope.transform(squared, y * size, 1);
    }
    for (int i = 0; i < squared.length; i++) {
      squared[i] = (float) Math.sqrt(squared[i]);
    }
    return squared;
  }

  /** Lower envelope of parabolas rooted at each sample of one line. */
  private static final class Envelope {
    private final int n;
    private final float[] line;
    private final int[] roots;
    private final float[] bounds;

    Envelope(int n) {
      this.n = n;
      line = new float[n];
      roots = new int[n];
      bounds = new float[n + 1];
    }

    void transform(float[] data, int start, int stride) {
      for (int i = 0; i < n; i++) {
        line[i] = data[start + i * stride];
      }
      Arrays.fill(bounds, 0);
      int k = 0;
      roots[0] = 0;
      bounds[0] = -FAR;
      bounds[1] = FAR;
      for (int q = 1; q < n; q++) {
        float s = crossing(q, roots[k]);
        while (s <= bounds[k]) {
          k--;
          s = crossing(q, roots[k]);
        }
        k++;
        roots[k] = q;
        bounds[k] = s;
        bounds[k + 1] = FAR;
      }
      k = 0;
      for (int q = 0; q < n; q++) {
        while (bounds[k + 1] < q) {
          k++;
        }
        float d = q - roots[k];
        data[start + q * stride] = d * d + line[roots[k]];
      }
    }

    private float crossing(int q, int root) {
      return (line[q] + (float) q * q - line[root] - (float) root * root) / (2f * (q - root));
    }
  }
}
