package dev.graft.demo;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/**
 * The handwritten digits that the demo ships (from MNIST; their README says whence): grey pictures
 * of 28×28 pixels, white on black, digit by digit.
 *
 * @param pixels one row of 784 bytes a picture
 * @param labels the digit of each picture, 0..9
 */
public record Digits(byte[][] pixels, int[] labels) {
  public static final int CLASSES = 10;

  /** Pictures of each digit in the pool that training examples are drawn from. */
  static final int POOL_PER_CLASS = 40;

  /** Pictures of each digit that are tested on. */
  static final int TEST_PER_CLASS = 100;

  public static Digits pool() {
    return read("pool", POOL_PER_CLASS);
  }

  public static Digits test() {
    return read("test", TEST_PER_CLASS);
  }

  int count() {
    return labels.length;
  }

  /** The pictures at these positions, in this order. */
  Digits select(int[] positions) {
    byte[][] chosen = new byte[positions.length][];
    int[] digits = new int[positions.length];
    for (int i = 0; i < positions.length; i++) {
      chosen[i] = pixels[positions[i]];
      digits[i] = labels[positions[i]];
    }
    return new Digits(chosen, digits);
  }

  @Override
  public String toString() {
    return "%,d pictures of %d×%d pixels, digits 0 to 9"
        .formatted(count(), MnistFrame.SIDE, MnistFrame.SIDE);
  }

  private static Digits read(String split, int perClass) {
    byte[][] pixels = new byte[CLASSES * perClass][];
    int[] labels = new int[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      labels[i] = i / perClass;
      pixels[i] = picture("digits/%s/%d/%03d.png".formatted(split, labels[i], i % perClass));
    }
    return new Digits(pixels, labels);
  }

  private static byte[] picture(String resource) {
    try (InputStream in = Digits.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IOException("demo: resource missing: " + resource + "; rebuild the jar");
      }
      BufferedImage image = ImageIO.read(in);
      Raster raster = image.getRaster();
      int[] samples = raster.getSamples(0, 0, MnistFrame.SIDE, MnistFrame.SIDE, 0, (int[]) null);
      byte[] bytes = new byte[samples.length];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) samples[i];
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
