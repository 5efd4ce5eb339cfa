package dev.graft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.tensor.Rng;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Formats and failures; equality with Pillow is {@link PillowParityTest}'s. */
class ImageReaderTest {
  private static byte[] encoded(BufferedImage image, String format) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      assertTrue(ImageIO.write(image, format, out), format);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return out.toByteArray();
  }

  private static BufferedImage picture(int type) {
    BufferedImage image = new BufferedImage(5, 3, type);
    for (int i = 0; i < 15; i++) {
      image.getRaster().setSample(i % 5, i / 5, 0, 16 * i + 3);
      for (int band = 1; band < image.getRaster().getNumBands(); band++) {
        image.getRaster().setSample(i % 5, i / 5, band, 200 + i * band);
      }
    }
    return image;
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp"})
  void readsColour(String format) throws IOException {
    Image image = ImageReader.read(encoded(picture(BufferedImage.TYPE_3BYTE_BGR), format));
    assertEquals("Image 5x3", image.toString());
    assertEquals(16 * 7 + 3, image.get(2, 1, 0));
    assertEquals(207, image.get(2, 1, 1));
    assertEquals(214, image.get(2, 1, 2));
  }

  @Test
  void dropsTransparency() throws IOException {
    Image image = ImageReader.read(encoded(picture(BufferedImage.TYPE_4BYTE_ABGR), "png"));
    assertEquals(16 * 7 + 3, image.get(2, 1, 0));
    assertEquals(214, image.get(2, 1, 2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp"})
  void repeatsGreyWithoutChangingIt(String format) throws IOException {
    Image image = ImageReader.read(encoded(picture(BufferedImage.TYPE_BYTE_GRAY), format));
    for (int c = 0; c < 3; c++) {
      assertEquals(16 * 14 + 3, image.get(4, 2, c));
    }
  }

  @Test
  void keepsTheHighByteOfSixteenBits() throws IOException {
    BufferedImage wide = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
    wide.getRaster().setSample(0, 0, 0, 0x7fa0);
    assertEquals(0x7f, ImageReader.read(encoded(wide, "png")).get(0, 0, 1));
  }

  @Test
  void readsGreyJpegs() throws IOException {
    BufferedImage flat = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
    flat.getRaster().setSamples(0, 0, 8, 8, 0, filled(64, 77));
    assertEquals(77, ImageReader.read(encoded(flat, "jpeg")).get(3, 3, 2));
  }

  private static int[] filled(int n, int value) {
    int[] values = new int[n];
    Arrays.fill(values, value);
    return values;
  }

  /** A 2×1 frame at (1, 1) of a 4×3 screen: red, green; the palette's first colour around it. */
  @Test
  void placesAGifsFrameOnItsScreen() throws IOException {
    byte[] colours = {0, (byte) 255, 0};
    byte[] green = {0, 0, (byte) 255};
    byte[] blue = {9, 0, 0};
    BufferedImage frame =
        new BufferedImage(
            2, 1, BufferedImage.TYPE_BYTE_INDEXED, new IndexColorModel(2, 3, colours, green, blue));
    frame.getRaster().setSample(0, 0, 0, 1);
    frame.getRaster().setSample(1, 0, 0, 2);
    byte[] gif = encoded(frame, "gif");
    ByteBuffer.wrap(gif)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(6, (short) 4)
        .putShort(8, (short) 3);
    int descriptor = HexFormat.of().formatHex(gif).indexOf("2c0000000002000100") / 2;
    gif[descriptor + 1] = 1;
    gif[descriptor + 3] = 1;
    Image image = ImageReader.read(gif);
    assertEquals("Image 4x3", image.toString());
    assertEquals(255, image.get(1, 1, 0));
    assertEquals(255, image.get(2, 1, 1));
    assertEquals(9, image.get(0, 0, 2));
    assertEquals(9, image.get(3, 2, 2));
  }

  /** The profile turns the JDK's colours around; without it the pixels are those stored. */
  @Test
  void ignoresColourProfiles() throws IOException {
    byte[] plain = encoded(picture(BufferedImage.TYPE_3BYTE_BGR), "jpeg");
    byte[] profile = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
    ByteArrayOutputStream tagged = new ByteArrayOutputStream();
    tagged.write(plain, 0, 2);
    byte[] name = "ICC_PROFILE\0\1\1".getBytes(StandardCharsets.ISO_8859_1);
    int length = 2 + name.length + profile.length;
    tagged.writeBytes(new byte[] {(byte) 0xff, (byte) 0xe2, (byte) (length >> 8), (byte) length});
    tagged.writeBytes(name);
    tagged.writeBytes(profile);
    tagged.write(plain, 2, plain.length - 2);
    byte[] withProfile = tagged.toByteArray();
    assertTrue(withProfile.length > plain.length + 300);
    assertArrayEquals(ImageReader.read(plain).rgb(), ImageReader.read(withProfile).rgb());
  }

  /** A linear profile, a gamma of 1 and other primaries would each change what a screen shows. */
  @Test
  void ignoresColourProfilesAndGammaInPngs() throws IOException {
    for (int type : new int[] {BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_BYTE_GRAY}) {
      byte[] plain = encoded(picture(type), "png");
      boolean grey = type == BufferedImage.TYPE_BYTE_GRAY;
      byte[] profile =
          ICC_Profile.getInstance(grey ? ColorSpace.CS_GRAY : ColorSpace.CS_LINEAR_RGB).getData();
      ByteArrayOutputStream packed = new ByteArrayOutputStream();
      packed.writeBytes("linear\0\0".getBytes(StandardCharsets.ISO_8859_1));
      try (DeflaterOutputStream deflater = new DeflaterOutputStream(packed)) {
        deflater.write(profile);
      }
      ByteBuffer primaries = ByteBuffer.allocate(32);
      for (int value : new int[] {31270, 32900, 20000, 70000, 70000, 10000, 10000, 10000}) {
        primaries.putInt(value);
      }
      ByteArrayOutputStream tagged = new ByteArrayOutputStream();
      tagged.write(plain, 0, 33);
      tagged.writeBytes(chunk("iCCP", packed.toByteArray()));
      tagged.writeBytes(chunk("gAMA", ByteBuffer.allocate(4).putInt(100_000).array()));
      tagged.writeBytes(chunk("cHRM", primaries.array()));
      tagged.write(plain, 33, plain.length - 33);
      assertArrayEquals(
          ImageReader.read(plain).rgb(), ImageReader.read(tagged.toByteArray()).rgb());
    }
  }

  private static byte[] chunk(String kind, byte[] data) {
    byte[] name = kind.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 sum = new CRC32();
    sum.update(name);
    sum.update(data);
    return ByteBuffer.allocate(12 + data.length)
        .putInt(data.length)
        .put(name)
        .put(data)
        .putInt((int) sum.getValue())
        .array();
  }

  /** A picture of 5×3 whose camera says how it was held, in a hand-made EXIF chunk. */
  @ParameterizedTest
  @CsvSource({
    "1, 5x3, 0, 0", "2, 5x3, 4, 0", "3, 5x3, 4, 2", "4, 5x3, 0, 2",
    "5, 3x5, 0, 0", "6, 3x5, 2, 0", "7, 3x5, 2, 4", "8, 3x5, 0, 4",
    "0, 5x3, 0, 0", "9, 5x3, 0, 0"
  })
  void turnsUprightWhenAsked(int orientation, String size, int x, int y) throws IOException {
    BufferedImage corner = new BufferedImage(5, 3, BufferedImage.TYPE_3BYTE_BGR);
    corner.setRGB(0, 0, 0xffffff);
    byte[] plain = encoded(corner, "png");
    ByteBuffer exif = ByteBuffer.allocate(26);
    exif.put("MM\0*".getBytes(StandardCharsets.ISO_8859_1)).putInt(8).putShort((short) 1);
    exif.putShort((short) 0x112).putShort((short) 3).putInt(1).putShort((short) orientation);
    ByteArrayOutputStream held = new ByteArrayOutputStream();
    held.write(plain, 0, 33);
    held.writeBytes(chunk("eXIf", exif.array()));
    held.write(plain, 33, plain.length - 33);
    Image image = ImageReader.read(held.toByteArray(), true);
    assertEquals("Image " + size, image.toString());
    assertEquals(255, image.get(x, y, 0));
    assertEquals("Image 5x3", ImageReader.read(held.toByteArray()).toString());
  }

  @ParameterizedTest
  @CsvSource({
    "'', the file is empty",
    "68656c6c6f, 'not an image; JPEG, PNG, BMP and GIF are read'",
    "52494646aabbccdd5745425056503820, 'WebP is not supported; JPEG, PNG, BMP and GIF are read'",
    "49492a0008, 'TIFF is not supported; JPEG, PNG, BMP and GIF are read'",
    "00000018667479706865696300, 'HEIC, AVIF and films are not supported; JPEG, PNG, BMP and GIF are read'",
    "ffd8ffd9, damaged JPEG: No image data present to read",
    "474946383961, damaged GIF: it ends too early",
    "424d, damaged BMP: it ends too early"
  })
  void namesWhatItCannotRead(String hex, String message) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    assertEquals(
        message, assertThrows(IOException.class, () -> ImageReader.read(bytes)).getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "gif", "bmp", "jpeg"})
  void refusesWhatIsCutShort(String format) {
    byte[] whole = encoded(noise(), format);
    byte[] part = Arrays.copyOf(whole, whole.length * 2 / 3);
    IOException error = assertThrows(IOException.class, () -> ImageReader.read(part));
    assertTrue(
        error.getMessage().startsWith("damaged")
            || error.getMessage().equals("the file is cut short"),
        error.getMessage());
  }

  private static BufferedImage noise() {
    BufferedImage image = new BufferedImage(40, 30, BufferedImage.TYPE_3BYTE_BGR);
    Rng rng = Rng.of(11);
    for (int i = 0; i < 1200; i++) {
      image.setRGB(i % 40, i / 40, rng.nextInt(1 << 24));
    }
    return image;
  }

  /** 60,000 × 60,000 pixels in a PNG's header would take 10.8 GB. */
  @Test
  void refusesBombsByTheirHeader() {
    byte[] png = encoded(noise(), "png");
    ByteBuffer.wrap(png).putInt(16, 60_000).putInt(20, 60_000);
    assertEquals(
        "60000 x 60000 pixels are too many (most: 178,956,970)",
        assertThrows(IOException.class, () -> ImageReader.read(png)).getMessage());
    byte[] gif = encoded(picture(BufferedImage.TYPE_BYTE_GRAY), "gif");
    ByteBuffer.wrap(gif).putShort(6, (short) -1).putShort(8, (short) -1);
    assertEquals(
        "65535 x 65535 pixels are too many (most: 178,956,970)",
        assertThrows(IOException.class, () -> ImageReader.read(gif)).getMessage());
  }

  /** Whatever bytes are broken, the outcome is an image or an IOException with one line of text. */
  @ParameterizedTest
  @ValueSource(strings = {"png", "gif", "bmp", "jpeg"})
  void survivesDamage(String format) {
    byte[] whole = encoded(noise(), format);
    Rng rng = Rng.of(format.hashCode());
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      byte[] damaged = whole.clone();
      int reach = i % 2 == 0 ? Math.min(64, whole.length) : whole.length;
      for (int k = 0; k < 3; k++) {
        damaged[rng.nextInt(reach)] = (byte) rng.nextInt(256);
      }
      try {
        ImageReader.read(damaged);
      } catch (IOException e) {
        refused++;
        assertFalse(e.getMessage().isBlank() || e.getMessage().lines().count() != 1);
      }
    }
    assertTrue(refused > 20, "only " + refused + " of 300 were refused");
  }
}
