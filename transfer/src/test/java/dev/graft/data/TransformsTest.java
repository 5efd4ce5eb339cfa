package dev.graft.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TransformsTest {
  private static final Shape SHAPE = Shape.of(2, 3, 4);

  /** 1, 2, … so that zeros are padding. */
  private static float[] counted() {
    float[] x = new float[24];
    for (int i = 0; i < x.length; i++) {
      x[i] = i + 1;
    }
    return x;
  }

  @Test
  void randomCropCutsEveryPartOfThePaddedImageSometimes() {
    RandomCrop crop = new RandomCrop(3, 2);
    assertEquals(Shape.of(2, 3, 3), crop.outputShape(SHAPE));
    Rng rng = Rng.of(1);
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 2000; i++) {
      float[] out = crop.apply(counted(), SHAPE, rng);
      seen.add(position(out));
    }
    assertEquals(5 * 6, seen.size());
  }

  /** Where a crop was cut: it must be the part of the padded image at exactly one place. */
  private static String position(float[] out) {
    String found = "";
    for (int top = -2; top <= 2; top++) {
      for (int left = -2; left <= 3; left++) {
        boolean same = true;
        for (int i = 0; same && i < out.length; i++) {
          int y = top + i / 3 % 3;
          int x = left + i % 3;
          boolean inside = y >= 0 && y < 3 && x >= 0 && x < 4;
          same = out[i] == (inside ? (i / 9 * 3 + y) * 4 + x + 1 : 0);
        }
        if (same) {
          assertEquals("", found);
          found = top + "," + left;
        }
      }
    }
    assertTrue(!found.isEmpty());
    return found;
  }

  @Test
  void aCropAsLargeAsTheImageIsTheImage() {
    Shape square = Shape.of(1, 4, 4);
    float[] x = Tensor.arange(16).toArray();
    assertArrayEquals(x, new RandomCrop(4).apply(x.clone(), square, Rng.of(1)));
  }

  @Test
  void randomHorizontalFlipMirrorsRows() {
    float[] x = {1, 2, 3, 4, 5, 6};
    Shape shape = Shape.of(1, 2, 3);
    assertArrayEquals(
        new float[] {3, 2, 1, 6, 5, 4},
        new RandomHorizontalFlip(1).apply(x.clone(), shape, Rng.of(1)));
    assertArrayEquals(x, new RandomHorizontalFlip(0).apply(x.clone(), shape, Rng.of(1)));
    Rng rng = Rng.of(2);
    int flipped = 0;
    for (int i = 0; i < 1000; i++) {
      flipped += new RandomHorizontalFlip().apply(x.clone(), shape, rng)[0] == 3 ? 1 : 0;
    }
    assertTrue(flipped > 430 && flipped < 570, flipped + " of 1000");
  }

  @Test
  void normalizeWorksByChannel() {
    float[] out =
        new Normalize(List.of(1f, 10f), List.of(2f, 4f))
            .apply(new float[] {1, 3, 10, 2}, Shape.of(2, 1, 2), Rng.of(1));
    assertArrayEquals(new float[] {0, 1, 0, -2}, out);
  }

  @Test
  void transformsFollowEachOtherAndShowInTheShape() throws IOException {
    Dataset data =
        new TensorDataset(Tensor.ones(1, 1, 4, 4), new int[] {0})
            .transformed(new RandomCrop(2), new Normalize(0.5f, 0.5f));
    assertEquals(Shape.of(1, 2, 2), data.shape());
    float[] out = new float[5];
    data.read(0, out, 1, Rng.of(1));
    assertArrayEquals(new float[] {0, 1, 1, 1, 1}, out);
  }

  @Test
  void randomResizedCropTakesPartsOfTheAllowedSizesAndRatios() {
    // A picture whose red grows to the right and whose green grows downwards tells what was cut.
    int n = 200;
    byte[] rgb = new byte[3 * n * n];
    for (int i = 0; i < n * n; i++) {
      rgb[3 * i] = (byte) (i % n);
      rgb[3 * i + 1] = (byte) (i / n);
    }
    Image image = new Image(n, n, rgb);
    RandomResizedCrop crop = new RandomResizedCrop(50, 0.25, 0.5, 0.8, 1.25);
    Rng rng = Rng.of(3);
    Set<Integer> lefts = new HashSet<>();
    for (int i = 0; i < 300; i++) {
      Image part = crop.apply(image, rng);
      assertEquals(50, part.width());
      assertEquals(50, part.height());
      double w = (part.get(45, 0, 0) - part.get(5, 0, 0)) * 50 / 40.0;
      double h = (part.get(0, 45, 1) - part.get(0, 5, 1)) * 50 / 40.0;
      assertTrue(w * h > 0.23 * n * n && w * h < 0.53 * n * n, w + " x " + h);
      assertTrue(w / h > 0.76 && w / h < 1.3, w + " x " + h);
      lefts.add(part.get(5, 0, 0));
    }
    assertTrue(lefts.size() > 40, lefts.toString());
  }

  @Test
  void randomResizedCropTakesTheMiddleWhereNoPartFits() {
    Image narrow = new Image(3, 300, new byte[900 * 3]);
    assertEquals(8, new RandomResizedCrop(8, 1, 1, 1, 1).apply(narrow, Rng.of(1)).height());
    Image square = new Image(8, 8, new byte[8 * 8 * 3]);
    assertSame(square, new RandomResizedCrop(8, 1, 1, 1, 1).apply(square, Rng.of(1)));
  }
}
