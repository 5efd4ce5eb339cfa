package dev.graft.data;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * Takes the stored samples out of a decoded image. {@code getRGB} would convert grey through its
 * colour space, which changes it by up to 73 levels.
 */
final class Samples {
  private Samples() {}

  static Image toRgb(BufferedImage image) {
    Raster raster = image.getRaster();
    int w = raster.getWidth();
    int h = raster.getHeight();
    byte[] rgb = Image.bytes(w, h);
    if (image.getColorModel() instanceof IndexColorModel palette) {
      fromPalette(raster, palette, rgb);
    } else if (raster.getTransferType() == DataBuffer.TYPE_BYTE && raster.getNumBands() == 3) {
      raster.getDataElements(0, 0, w, h, rgb);
    } else {
      fromBands(raster, rgb);
    }
    return new Image(w, h, rgb);
  }

  /** Grey with or without alpha, colour with alpha, samples of other than 8 bits. */
  private static void fromBands(Raster raster, byte[] rgb) {
    int w = raster.getWidth();
    int bands = raster.getNumBands();
    int[] row = new int[bands * w];
    for (int c = 0; c < 3; c++) {
      int band = bands < 3 ? 0 : c;
      byte[] levels = levels(raster.getSampleModel().getSampleSize(band));
      int shift = Math.max(0, raster.getSampleModel().getSampleSize(band) - 8);
      for (int y = 0; y < raster.getHeight(); y++) {
        raster.getSamples(0, y, w, 1, band, row);
        for (int x = 0; x < w; x++) {
          rgb[(y * w + x) * 3 + c] = levels[row[x] >> shift];
        }
      }
    }
  }

  /** What the samples of that many bits (their upper eight, if more) mean in 0 … 255. */
  private static byte[] levels(int bits) {
    int most = (1 << Math.min(bits, 8)) - 1;
    byte[] levels = new byte[most + 1];
    for (int i = 0; i <= most; i++) {
      levels[i] = (byte) (i * 255 / most);
    }
    return levels;
  }

  private static void fromPalette(Raster raster, IndexColorModel palette, byte[] rgb) {
    int w = raster.getWidth();
    int[] row = new int[w];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getSamples(0, y, w, 1, 0, row);
      for (int x = 0; x < w; x++) {
        int at = (y * w + x) * 3;
        int index = Math.min(row[x], palette.getMapSize() - 1);
        rgb[at] = (byte) palette.getRed(index);
        rgb[at + 1] = (byte) palette.getGreen(index);
        rgb[at + 2] = (byte) palette.getBlue(index);
      }
    }
  }
}
