package dev.graft.data;

/** Eight-bit RGB pixels, row by row, red first: {@code rgb[(y·width + x)·3 + channel]}. */
public record Image(int width, int height, byte[] rgb) {
  /**
   * @throws IllegalArgumentException if a side is not positive or rgb is not 3·width·height long
   */
  public Image {
    if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
      throw new IllegalArgumentException(
          "image: %d bytes do not fill %dx%d pixels".formatted(rgb.length, width, height));
    }
  }

  /** Room for the pixels of an image. */
  static byte[] bytes(int width, int height) {
    return new byte[Math.toIntExact(3L * width * height)];
  }

  /** Red, green or blue at (x, y), 0 … 255. */
  public int get(int x, int y, int channel) {
    return rgb[(y * width + x) * 3 + channel] & 0xff;
  }

  @Override
  public String toString() {
    return "Image " + width + "x" + height;
  }
}
