package dev.graft.demo;

import java.awt.geom.Rectangle2D;

/**
 * MNIST's framing (LeCun, Cortes and Burges): the ink is scaled, its proportions kept, until its
 * longer side is 20 pixels, and laid into 28×28 so that its centre of mass is the picture's centre.
 */
final class MnistFrame {
  static final int SIDE = 28;
  private static final int BOX = 20;
  private static final int TAPS = 4;

  private MnistFrame() {}

  /**
   * Frames a square picture.
   *
   * @param ink darkness in 0..1, row-major, {@code size × size}
   * @return 28×28 bytes, white ink on black; all black where there is no ink
   */
  static byte[] frame(float[] ink, int size) {
    Rectangle2D box = bounds(ink, size);
    byte[] out = new byte[SIDE * SIDE];
    if (box.isEmpty()) {
      return out;
    }
    double step = Math.max(box.getWidth(), box.getHeight()) / BOX;
    double[] centre = centreOfMass(ink, size);
    double left = centre[0] - step * SIDE / 2;
    double top = centre[1] - step * SIDE / 2;
    for (int i = 0; i < out.length; i++) {
      double x = left + step * (i % SIDE);
      double y = top + step * (i / SIDE);
      out[i] = (byte) Math.round(255 * mean(ink, size, x, y, step));
    }
    return out;
  }

  /** Half-tone or darker counts as ink, so that a soft edge does not shrink the letter. */
  private static Rectangle2D bounds(float[] ink, int size) {
    int minX = size;
    int minY = size;
    int maxX = -1;
    int maxY = -1;
    for (int i = 0; i < ink.length; i++) {
      if (ink[i] >= 0.5f) {
        minX = Math.min(minX, i % size);
        maxX = Math.max(maxX, i % size);
        minY = Math.min(minY, i / size);
        maxY = Math.max(maxY, i / size);
      }
    }
    return new Rectangle2D.Double(minX, minY, maxX + 1 - minX, maxY + 1 - minY);
  }

  private static double[] centreOfMass(float[] ink, int size) {
    double mass = 0;
    double x = 0;
    double y = 0;
    for (int i = 0; i < ink.length; i++) {
      mass += ink[i];
      x += ink[i] * (i % size + 0.5);
      y += ink[i] * (i / size + 0.5);
    }
    return new double[] {x / mass, y / mass};
  }

  /** The mean over a square of the given side, by 4×4 bilinear samples; outside is black. */
  private static float mean(float[] ink, int size, double x, double y, double side) {
    float sum = 0;
    for (int t = 0; t < TAPS * TAPS; t++) {
      double u = x + side * (t % TAPS + 0.5) / TAPS - 0.5;
      double v = y + side * (t / TAPS + 0.5) / TAPS - 0.5;
      int col = (int) Math.floor(u);
      int row = (int) Math.floor(v);
      if (col >= 0 && row >= 0 && col < size - 1 && row < size - 1) {
        float fu = (float) (u - col);
        float fv = (float) (v - row);
        int i = row * size + col;
        float top = ink[i] + (ink[i + 1] - ink[i]) * fu;
        float bottom = ink[i + size] + (ink[i + size + 1] - ink[i + size]) * fu;
        sum += top + (bottom - top) * fv;
      }
    }
    return sum / (TAPS * TAPS);
  }
}
