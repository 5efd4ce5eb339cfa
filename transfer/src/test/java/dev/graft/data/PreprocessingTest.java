package dev.graft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreprocessingTest {
  private static Preprocessing plain(int resize, int crop) {
    return new Preprocessing(
        resize, crop, Resize.Filter.BILINEAR, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f));
  }

  @Test
  void normalisesEachChannelPlaneByPlane() {
    Image image = new Image(1, 2, new byte[] {0, 51, (byte) 255, (byte) 102, (byte) 204, 0});
    Preprocessing p =
        new Preprocessing(
            1, 1, Resize.Filter.BILINEAR, List.of(0.2f, 0.4f, 0.6f), List.of(0.5f, 0.25f, 2f));
    // 1×2 is not resized; the margin (2 − 1)/2 = 0.5 rounds to 0, so the upper pixel stays.
    float[] expected = {(0f / 255 - 0.2f) / 0.5f, (51f / 255 - 0.4f) / 0.25f, (1 - 0.6f) / 2};
    assertArrayEquals(expected, p.apply(image));
  }

  /** Keras's "caffe" mode: blue first, the mean of each channel taken off values of 0 … 255. */
  @Test
  void kerasWantsBlueFirst() {
    Image image = ResizeTest.random(256, 256, 9);
    float[] out = Preprocessing.KERAS.apply(image);
    float[] means = {103.939f, 116.779f, 123.68f};
    for (int c = 0; c < 3; c++) {
      float expected = image.get(16 + 7, 16 + 3, 2 - c) - means[c];
      assertEquals(expected, out[(c * 224 + 3) * 224 + 7], 1e-4f);
    }
  }

  /** torchvision fills up with zeros before it normalises. */
  @Test
  void aCropLargerThanTheImageIsFilledUpWithBlack() {
    Image image = ResizeTest.random(4, 8, 10);
    float[] out = plain(4, 7).apply(image);
    for (int y = 0; y < 7; y++) {
      for (int x = 0; x < 7; x++) {
        boolean inside = x >= 1 && x < 5;
        // (8 - 7)/2 = 0.5 rounds to 0 rows above.
        assertEquals(inside ? image.get(x - 1, y, 0) / 255f : 0, out[y * 7 + x], x + ", " + y);
      }
    }
  }

  @Test
  void leavesCifarImagesAsTheyAre() {
    Image image = ResizeTest.random(32, 32, 5);
    float[] out = Preprocessing.CIFAR.apply(image);
    assertEquals(3 * 32 * 32, out.length);
    assertEquals((image.get(31, 4, 2) / 255f - 0.406f) / 0.225f, out[2 * 1024 + 4 * 32 + 31]);
  }

  /** torchvision: the long side is int(size·long/short), the margin round(half of the rest). */
  @ParameterizedTest
  @CsvSource({
    "500, 375, 256, 224, 341, 256, 58, 16", // 341.33; (341 − 224)/2 = 58.5 rounds to even
    "333, 500, 256, 224, 256, 384, 16, 80",
    "400, 397, 256, 225, 257, 256, 16, 16", // (256 − 225)/2 = 15.5 rounds to even
    "100, 100, 32, 32, 32, 32, 0, 0"
  })
  void cutsTheMiddleOfTheResized(
      int w, int h, int resize, int crop, int toW, int toH, int left, int top) {
    Image image = ResizeTest.random(w, h, 6);
    Image whole = Resize.to(image, toW, toH, Resize.Filter.BILINEAR);
    float[] out = plain(resize, crop).apply(image);
    for (int y = 0; y < crop; y++) {
      for (int x = 0; x < crop; x++) {
        assertEquals(whole.get(left + x, top + y, 1) / 255f, out[(crop + y) * crop + x]);
      }
    }
  }

  @Test
  void neverMakesTheWholeOfAThread() {
    // Resized, this is 256 × 5,120,000 pixels: 4 GB; the cut is 224 × 224.
    Image thread = ResizeTest.random(1, 20_000, 7);
    assertEquals(3 * 224 * 224, Preprocessing.IMAGENET.apply(thread).length);
  }

  @Test
  void refusesWhatCannotBeNumbered() {
    Image thread = ResizeTest.random(100_000, 1, 8);
    var error = assertThrows(IllegalArgumentException.class, () -> plain(30_000, 1).apply(thread));
    assertEquals("preprocessing: 100000x1 pixels are too narrow to resize", error.getMessage());
  }

  @Test
  void textReadsBack() {
    Preprocessing squashed =
        new Preprocessing(
            9, 9, Resize.Filter.LANCZOS, List.of(0f, 0f, 0f), List.of(1f, 1f, 1f), true, false);
    for (Preprocessing p :
        List.of(
            Preprocessing.IMAGENET,
            Preprocessing.IMAGENET_V2,
            Preprocessing.CIFAR,
            Preprocessing.KERAS,
            plain(7, 5),
            squashed)) {
      assertEquals(p, Preprocessing.parse(p.toText()));
      assertEquals(p.withUpright(true), Preprocessing.parse(p.withUpright(true).toText()));
    }
    assertEquals(
        "resize=9 crop=9 filter=lanczos mean=0.0,0.0,0.0 std=1.0,1.0,1.0 squash=true",
        squashed.toText());
    assertEquals(
        "resize=256 crop=224 filter=bilinear mean=0.485,0.456,0.406 std=0.229,0.224,0.225",
        Preprocessing.IMAGENET.toText());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "resize=256",
        "resize=0 crop=9 filter=bilinear mean=0,0,0 std=1,1,1",
        "resize=9 crop=9 filter=box mean=0,0,0 std=1,1,1",
        "resize=9 crop=9 filter=bilinear mean=0,0 std=1,1,1",
        "resize=9 crop=9 filter=bilinear mean=0,0,0 std=1,0,1",
        "resize=9 crop=9 filter=bilinear mean=0,0,0 std=1,NaN,1",
        "resize=99999999 crop=9999999 filter=bilinear mean=0,0,0 std=1,1,1"
      })
  void refusesOtherText(String text) {
    var error = assertThrows(IllegalArgumentException.class, () -> Preprocessing.parse(text));
    assertTrue(error.getMessage().startsWith("preprocessing: cannot read \""), error.getMessage());
  }
}
