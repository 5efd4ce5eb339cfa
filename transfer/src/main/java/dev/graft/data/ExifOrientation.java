package dev.graft.data;

import java.nio.charset.StandardCharsets;

/**
 * How a camera was held: tag 0x112 of a photo's EXIF data (JPEG's APP1 segment, PNG's eXIf chunk),
 * 1 to 8. What is missing or damaged there counts as 1, upright: such data never keep an image from
 * being read.
 */
final class ExifOrientation {
  private static final int UPRIGHT = 1;
  private static final int TAG = 0x112;
  private static final int SHORT = 3;
  private static final int ENTRY = 12;

  private static final byte[] JPEG_START = "Exif\0\0".getBytes(StandardCharsets.ISO_8859_1);
  private static final int START_OF_SCAN = 0xda;
  private static final int APP1 = 0xe1;

  private final byte[] bytes;
  private final int begin;
  private final int end;

  /** The TIFF structure in {@code bytes} from {@code begin} to {@code end}. */
  private ExifOrientation(byte[] bytes, int begin, int end) {
    this.bytes = bytes;
    this.begin = begin;
    this.end = end;
  }

  /** The orientation of an image file, 1 to 8. */
  static int of(byte[] bytes, ImageFormat format) {
    return switch (format) {
      case JPEG -> ofJpeg(bytes);
      case PNG -> ofPng(bytes);
      default -> UPRIGHT;
    };
  }

  private static int ofJpeg(byte[] b) {
    int at = 2;
    while (at + 4 <= b.length && (b[at] & 0xff) == 0xff) {
      int marker = b[at + 1] & 0xff;
      int length = 2 + ((b[at + 2] & 0xff) << 8 | b[at + 3] & 0xff);
      if (marker == START_OF_SCAN || marker < 0xc0 || marker == 0xff || length > b.length - at) {
        break;
      }
      if (marker == APP1 && has(b, at + 4, JPEG_START)) {
        return new ExifOrientation(b, at + 4 + JPEG_START.length, at + length).read();
      }
      at += length;
    }
    return UPRIGHT;
  }

  private static int ofPng(byte[] b) {
    byte[] kind = "eXIf".getBytes(StandardCharsets.ISO_8859_1);
    int at = 8;
    while (at + 12 <= b.length) {
      long length = new ExifOrientation(b, at, b.length).unsigned(0, 4, true);
      if (length > b.length - at - 12) {
        break;
      }
      if (has(b, at + 4, kind)) {
        return new ExifOrientation(b, at + 8, at + 8 + (int) length).read();
      }
      at += 12 + (int) length;
    }
    return UPRIGHT;
  }

  private static boolean has(byte[] b, int at, byte[] expected) {
    for (int i = 0; i < expected.length; i++) {
      if (at + i >= b.length || b[at + i] != expected[i]) {
        return false;
      }
    }
    return true;
  }

  /** TIFF: the byte order, 42, the place of the first directory, whose entries are sorted tags. */
  private int read() {
    boolean big = unsigned(0, 2, true) == 0x4d4d;
    if (!big && unsigned(0, 2, true) != 0x4949 || unsigned(2, 2, big) != 42) {
      return UPRIGHT;
    }
    long directory = unsigned(4, 4, big);
    long entries = unsigned(directory, 2, big);
    for (long i = 0; i < entries; i++) {
      long entry = directory + 2 + i * ENTRY;
      if (unsigned(entry, 2, big) == TAG && unsigned(entry + 2, 2, big) == SHORT) {
        long value = unsigned(entry + 8, 2, big);
        return value >= 1 && value <= 8 ? (int) value : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

  /** A number at a place in the structure; −1 where it does not lie inside. */
  private long unsigned(long at, int count, boolean big) {
    if (at < 0 || at > end - begin - count) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < count; i++) {
      int from = begin + (int) at + (big ? i : count - 1 - i);
      value = value << 8 | bytes[from] & 0xff;
    }
    return value;
  }

  /** The image as it was seen, of one that was stored with that orientation. */
  static Image upright(Image image, int orientation) {
    if (orientation == UPRIGHT) {
      return image;
    }
    int w = image.width();
    int h = image.height();
    boolean turned = orientation >= 5;
    int width = turned ? h : w;
    int height = turned ? w : h;
    byte[] out = new byte[image.rgb().length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int column = turned ? y : x;
        int row = turned ? x : y;
        boolean right = orientation == 2 || orientation == 3 || orientation >= 7;
        boolean down = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
        int from = (down ? h - 1 - row : row) * w + (right ? w - 1 - column : column);
        System.arraycopy(image.rgb(), 3 * from, out, 3 * (y * width + x), 3);
      }
    }
    return new Image(width, height, out);
  }
}
