package dev.graft.data;

import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;

/**
 * The screen that a GIF's first frame lies on, and where it lies there. The JDK decodes the frame
 * alone; Pillow shows all of the screen, in the frame's transparent colour or else its first.
 *
 * @param fill the palette index of the uncovered parts
 */
record GifScreen(int width, int height, int left, int top, int fill) {
  private static final int HEADER = 13;
  private static final int EXTENSION = 0x21;
  private static final int GRAPHIC_CONTROL = 0xf9;

  /** Reads the header of a GIF that has been decoded, so its blocks are whole up to the frame. */
  static GifScreen of(byte[] b) {
    int at = HEADER + ((b[10] & 0x80) == 0 ? 0 : 3 << (b[10] & 7) + 1);
    int fill = 0;
    while ((b[at] & 0xff) == EXTENSION) {
      if ((b[at + 1] & 0xff) == GRAPHIC_CONTROL && (b[at + 3] & 1) == 1) {
        fill = b[at + 6] & 0xff;
      }
      at += 2;
      while (b[at] != 0) {
        at += 1 + (b[at] & 0xff);
      }
      at++;
    }
    return new GifScreen(word(b, 6), word(b, 8), word(b, at + 1), word(b, at + 3), fill);
  }

  private static int word(byte[] b, int at) {
    return b[at] & 0xff | (b[at + 1] & 0xff) << 8;
  }

  /** The screen, made larger where the frame reaches beyond it. */
  GifScreen around(int frameWidth, int frameHeight) {
    return new GifScreen(
        Math.max(width, left + frameWidth), Math.max(height, top + frameHeight), left, top, fill);
  }

  /** The frame, which lies within the screen, on the screen. */
  Image place(Image frame, ColorModel colours) {
    boolean covers = frame.width() == width && frame.height() == height;
    if (covers || !(colours instanceof IndexColorModel palette)) {
      return frame;
    }
    byte[] rgb = Image.bytes(width, height);
    int index = Math.min(fill, palette.getMapSize() - 1);
    for (int i = 0; i < width * height; i++) {
      rgb[3 * i] = (byte) palette.getRed(index);
      rgb[3 * i + 1] = (byte) palette.getGreen(index);
      rgb[3 * i + 2] = (byte) palette.getBlue(index);
    }
    for (int y = 0; y < frame.height(); y++) {
      int to = ((top + y) * width + left) * 3;
      System.arraycopy(frame.rgb(), y * frame.width() * 3, rgb, to, frame.width() * 3);
    }
    return new Image(width, height, rgb);
  }
}
