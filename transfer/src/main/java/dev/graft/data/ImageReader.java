package dev.graft.data;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads JPEG, PNG, BMP and GIF (its first frame) as Pillow's {@code convert("RGB")} does: the
 * stored samples, without colour management: ICC profiles are ignored, as are PNG's gamma and
 * chromaticities. Transparency is dropped, not laid on a colour; grey is repeated; palettes are
 * looked up; CMYK and YCCK are converted by their inks' products; of 16 bits the upper eight count.
 * EXIF orientation is not applied unless asked for, as in torchvision's loader, so that networks
 * see what they were trained on; when asked for, it is as by Pillow's {@code
 * ImageOps.exif_transpose}. The format shows in the first bytes, whatever the file is called.
 *
 * <p>Bit for bit equal to Pillow 9.4, with two exceptions: 16-bit grey keeps its high byte, where
 * Pillow clips everything above 255 to white, and JPEGs whose colour is halved only vertically
 * (4:4:0, rare) differ by a few levels, since the JDK's decoder repeats that colour instead of
 * interpolating it.
 */
public final class ImageReader {
  /** Pixels over which a file is taken for a decompression bomb, as in Pillow. */
  private static final long MOST_PIXELS = 178_956_970;

  /** Bytes over which a file is not even looked at: a film among the photos, say. */
  private static final long MOST_BYTES = 1L << 30;

  /** Some of the JDK's messages print whole objects. */
  private static final int LONGEST_DETAIL = 80;

  private ImageReader() {}

  /**
   * @throws IOException if the file cannot be read as an image: its message is one line and gives
   *     the reason, without the path
   */
  public static Image read(Path file) throws IOException {
    return read(file, false);
  }

  /**
   * As {@link #read(Path)}.
   *
   * @param upright whether a photo is turned as its EXIF orientation says
   * @throws IOException as {@link #read(Path)}
   */
  public static Image read(Path file, boolean upright) throws IOException {
    long size = Files.size(file);
    if (size > MOST_BYTES) {
      throw new IOException(
          String.format(
              Locale.ROOT, "%,d bytes are too many for an image (most: %,d)", size, MOST_BYTES));
    }
    return read(Files.readAllBytes(file), upright);
  }

  /**
   * As {@link #read(Path)}, from a file's bytes.
   *
   * @throws IOException as {@link #read(Path)}
   */
  public static Image read(byte[] bytes) throws IOException {
    return read(bytes, false);
  }

  /**
   * As {@link #read(Path, boolean)}, from a file's bytes.
   *
   * @throws IOException as {@link #read(Path)}
   */
  public static Image read(byte[] bytes, boolean upright) throws IOException {
    ImageFormat format = ImageFormat.of(bytes);
    Image stored = decode(bytes, format);
    return upright ? ExifOrientation.upright(stored, ExifOrientation.of(bytes, format)) : stored;
  }

  private static Image decode(byte[] bytes, ImageFormat format) throws IOException {
    JpegHeader jpeg = format == ImageFormat.JPEG ? JpegHeader.of(bytes) : null;
    byte[] data = jpeg == null ? bytes : jpeg.withoutProfile();
    javax.imageio.ImageReader reader = ImageIO.getImageReadersByFormatName(format.name()).next();
    AtomicBoolean cutShort = new AtomicBoolean();
    try (var in = new MemoryCacheImageInputStream(new ByteArrayInputStream(data))) {
      reader.setInput(in, true, true);
      reader.addIIOReadWarningListener((source, warning) -> {
        if (warning.startsWith("Truncated") || warning.contains("premature end")) {
          cutShort.set(true);
        }
      });
      checkSize(reader.getWidth(0), reader.getHeight(0));
      Image image =
          jpeg != null && jpeg.components() == 4
              ? Cmyk.toRgb(reader.readRaster(0, null), jpeg.isYcck())
              : onScreen(format, bytes, reader.read(0));
      if (cutShort.get()) {
        throw new Refused("the file is cut short");
      }
      return image;
    } catch (Refused e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw damaged(format, e);
    } finally {
      reader.dispose();
    }
  }

  /** Our own verdict on an image, as against what the JDK's decoders stumble over. */
  private static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String reason) {
      super(reason);
    }
  }

  private static void checkSize(long width, long height) throws Refused {
    if (width * height > MOST_PIXELS) {
      throw new Refused(
          String.format(
              Locale.ROOT, "%d x %d pixels are too many (most: %,d)", width, height, MOST_PIXELS));
    }
  }

  private static Image onScreen(ImageFormat format, byte[] bytes, BufferedImage decoded)
      throws Refused {
    Image image = Samples.toRgb(decoded);
    if (format != ImageFormat.GIF) {
      return image;
    }
    GifScreen screen = GifScreen.of(bytes).around(image.width(), image.height());
    checkSize(screen.width(), screen.height());
    return screen.place(image, decoded.getColorModel());
  }

  /** Broken files make the JDK's decoders fail in many ways; all mean the same here. */
  private static IOException damaged(ImageFormat format, Exception e) {
    Throwable deepest = e;
    while (deepest.getCause() != null) {
      deepest = deepest.getCause();
    }
    String why =
        switch (deepest) {
          case EOFException ended -> ": it ends too early";
          case IndexOutOfBoundsException bug -> "";
          case NegativeArraySizeException bug -> "";
          default -> deepest.getMessage() == null ? "" : ": " + shortened(deepest.getMessage());
        };
    return new IOException("damaged " + format + why, e);
  }

  private static String shortened(String message) {
    String line = message.lines().findFirst().orElse("").strip();
    return line.length() <= LONGEST_DETAIL ? line : line.substring(0, LONGEST_DETAIL) + "…";
  }
}
