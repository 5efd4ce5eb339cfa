package dev.graft.data;

/** Eight-bit values as torchvision's ToTensor gives them: divided by 255. */
final class ByteImages {
  private static final float[] UNIT = new float[256];

  static {
    for (int v = 0; v < UNIT.length; v++) {
      UNIT[v] = v / 255f;
    }
  }

  private ByteImages() {}

  /** Converts {@code count} bytes, each 0 … 255, to 0 … 1. */
  static void toUnit(byte[] bytes, int from, float[] into, int offset, int count) {
    for (int i = 0; i < count; i++) {
      into[offset + i] = UNIT[bytes[from + i] & 0xff];
    }
  }

  /** Pixels with neighbouring channels to planes [3, h, w], 0 … 1. */
  static void toUnitPlanes(Image image, float[] into, int offset) {
    byte[] rgb = image.rgb();
    int pixels = image.width() * image.height();
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < pixels; i++) {
        into[offset + c * pixels + i] = UNIT[rgb[i * 3 + c] & 0xff];
      }
    }
  }
}
