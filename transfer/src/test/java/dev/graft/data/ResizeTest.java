package dev.graft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.graft.tensor.Rng;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ResizeTest {
  /** A grey row. */
  private static Image row(int... values) {
    byte[] rgb = new byte[values.length * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) values[i / 3];
    }
    return new Image(values.length, 1, rgb);
  }

  private static int[] red(Image image) {
    int[] values = new int[image.width() * image.height()];
    for (int i = 0; i < values.length; i++) {
      values[i] = image.get(i % image.width(), i / image.width(), 0);
    }
    return values;
  }

  static Image random(int width, int height, long seed) {
    byte[] rgb = new byte[width * height * 3];
    Rng rng = Rng.of(seed);
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) rng.nextInt(256);
    }
    return new Image(width, height, rgb);
  }

  @Test
  void halvesByTriangle() {
    // Support 2 around 1 and 3: weights (.75 .75 .25)/1.75 and its mirror image.
    Image halved = Resize.to(row(0, 70, 140, 210), 2, 1, Resize.Filter.BILINEAR);
    assertArrayEquals(new int[] {50, 160}, red(halved));
  }

  @Test
  void doublesByTriangle() {
    // Centres at .25, .75, 1.25, 1.75 of pixels at .5 and 1.5; the borders repeat.
    Image doubled = Resize.to(row(0, 100), 4, 1, Resize.Filter.BILINEAR);
    assertArrayEquals(new int[] {0, 25, 75, 100}, red(doubled));
  }

  @Test
  void bicubicOvershoots() {
    // First pixel: weights .8672 and −.0703 at distances .25 and 1.25, the rest is outside:
    // (.8672·100 − .0703·200) / .7969 = 91.2.
    Image doubled = Resize.to(row(100, 200, 200, 100), 8, 1, Resize.Filter.BICUBIC);
    assertArrayEquals(new int[] {91, 119, 178, 209, 209, 178, 119, 91}, red(doubled));
  }

  @Test
  void overshootIsClipped() {
    Image doubled = Resize.to(row(0, 255, 255, 0), 8, 1, Resize.Filter.BICUBIC);
    assertArrayEquals(new int[] {0, 48, 199, 255, 255, 199, 48, 0}, red(doubled));
  }

  @Test
  void equalSizeIsTheImageItself() {
    Image image = random(7, 5, 1);
    assertSame(image, Resize.to(image, 7, 5, Resize.Filter.BICUBIC));
  }

  @ParameterizedTest
  @EnumSource(Resize.Filter.class)
  void oneSideMayStay(Resize.Filter filter) {
    Image image = random(6, 4, 2);
    Image wide = Resize.to(image, 9, 4, filter);
    for (int y = 0; y < 4; y++) {
      byte[] line = Arrays.copyOfRange(image.rgb(), y * 18, y * 18 + 18);
      Image alone = Resize.to(new Image(6, 1, line), 9, 1, filter);
      for (int x = 0; x < 9; x++) {
        assertEquals(alone.get(x, 0, 1), wide.get(x, y, 1));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "40, 30, 16, 12, 3, 2, 8, 7",
    "9, 50, 32, 177, 0, 73, 32, 32",
    "5, 5, 64, 64, 63, 63, 1, 1"
  })
  void windowIsACut(int w, int h, int toW, int toH, int left, int top, int cutW, int cutH) {
    Image image = random(w, h, 3);
    for (Resize.Filter filter : Resize.Filter.values()) {
      Image whole = Resize.to(image, toW, toH, filter);
      Image part = Resize.window(image, toW, toH, filter, left, top, cutW, cutH);
      for (int y = 0; y < cutH; y++) {
        for (int x = 0; x < cutW; x++) {
          for (int c = 0; c < 3; c++) {
            assertEquals(whole.get(left + x, top + y, c), part.get(x, y, c));
          }
        }
      }
    }
  }

  @Test
  void refusesPartsOutside() {
    Image image = random(4, 4, 4);
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> Resize.window(image, 8, 8, Resize.Filter.BILINEAR, 5, 0, 4, 4));
    assertEquals("resize: the part 4x4 at (5, 0) is not within 8x8", error.getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> Resize.to(image, 0, 8, Resize.Filter.BILINEAR));
  }
}
