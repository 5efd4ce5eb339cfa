package dev.graft.data;

import java.awt.image.Raster;

/**
 * JPEGs of four inks, as libjpeg and Pillow take them: inverted, as Adobe writes them, and with
 * YCCK brought back to CMYK first.
 */
final class Cmyk {
  private static final int HALF = 1 << 15;

  private Cmyk() {}

  /** The stored samples [4 bands] as RGB. */
  static Image toRgb(Raster raster, boolean ycck) {
    int w = raster.getWidth();
    int h = raster.getHeight();
    byte[] rgb = Image.bytes(w, h);
    int[] row = new int[4 * w];
    for (int y = 0; y < h; y++) {
      raster.getPixels(0, y, w, 1, row);
      for (int x = 0; x < w; x++) {
        int at = 4 * x;
        if (ycck) {
          toInk(row, at);
        }
        int paper = row[at + 3];
        for (int c = 0; c < 3; c++) {
          rgb[(y * w + x) * 3 + c] = (byte) (paper - product(255 - row[at + c], paper));
        }
      }
    }
    return new Image(w, h, rgb);
  }

  /** libjpeg's ycck_cmyk_convert in 16-bit fixed point; the fourth ink stays as it is. */
  private static void toInk(int[] row, int at) {
    int y = row[at];
    int cb = row[at + 1] - 128;
    int cr = row[at + 2] - 128;
    row[at] = 255 - clip(y + (fixed(1.402) * cr + HALF >> 16));
    row[at + 1] = 255 - clip(y + (-fixed(0.34414) * cb - fixed(0.71414) * cr + HALF >> 16));
    row[at + 2] = 255 - clip(y + (fixed(1.772) * cb + HALF >> 16));
  }

  private static int fixed(double value) {
    return (int) (value * 65536 + 0.5);
  }

  private static int clip(int value) {
    return Math.clamp(value, 0, 255);
  }

  /** a·b/255, rounded, as Pillow does it. */
  private static int product(int a, int b) {
    int t = a * b + 128;
    return (t >> 8) + t >> 8;
  }
}
