package dev.graft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Splitting, repeating, flipping and rolling, and random fills. */
class ShapingTest {
  private static Tensor matrix() {
    return Tensor.arange(6).reshape(2, 3);
  }

  private static void equal(Tensor actual, float... expected) {
    assertArrayEquals(expected, actual.toArray());
  }

  @Test
  void splitLeavesTheRestForLast() {
    Tensor[] parts = matrix().split(2, 1);
    assertEquals(2, parts.length);
    equal(parts[0], 0, 1, 3, 4);
    equal(parts[1], 2, 5);
    Tensor[] sizes = matrix().split(new int[] {0, 1, 2}, 1);
    assertEquals(Shape.of(2, 0), sizes[0].shape());
    equal(sizes[2], 1, 2, 4, 5);
    assertEquals(1, Tensor.zeros(0, 2).split(3, 0).length);
  }

  @Test
  void chunkGivesPytorchsSizes() {
    int[] sizes = Arrays.stream(Tensor.arange(10).chunk(4, 0)).mapToInt(Tensor::numel).toArray();
    assertArrayEquals(new int[] {3, 3, 3, 1}, sizes);
    assertEquals(3, Tensor.arange(6).chunk(4, 0).length); // pieces of 2: only 3 are needed
  }

  @Test
  void gradientsOfPartsComeTogether() {
    Tensor x = matrix().requireGrad();
    Tensor[] parts = x.chunk(3, 1);
    parts[0].add(parts[2].mul(10)).sum().backward();
    equal(x.grad(), 1, 0, 10, 1, 0, 10);
  }

  @Test
  void repeatTiles() {
    Tensor x = matrix().requireGrad();
    Tensor twice = x.repeat(1, 2);
    assertEquals(Shape.of(2, 6), twice.shape());
    equal(twice, 0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5);
    assertEquals(Shape.of(3, 4, 3), x.repeat(3, 2, 1).shape());
    assertEquals(Shape.of(0, 3), x.repeat(0, 1).shape());
    twice.sum().backward();
    equal(x.grad(), 2, 2, 2, 2, 2, 2);
  }

  @Test
  void squeezeOfAllKeepsOnlyRealDimensions() {
    assertEquals(Shape.of(2, 3), matrix().reshape(1, 2, 1, 3, 1).squeeze().shape());
    assertEquals(Shape.of(), Tensor.ones(1, 1).squeeze().shape());
  }

  @Test
  void flipAndRoll() {
    equal(matrix().flip(0), 3, 4, 5, 0, 1, 2);
    equal(matrix().flip(), 0, 1, 2, 3, 4, 5);
    equal(matrix().t().flip(0, 1), 5, 2, 4, 1, 3, 0);
    equal(matrix().roll(1, 1), 2, 0, 1, 5, 3, 4);
    equal(matrix().roll(-4, -1), 1, 2, 0, 4, 5, 3);
    equal(matrix().narrow(1, 1, 2), 1, 2, 4, 5);
    assertEquals(0, Tensor.zeros(0, 2).flip(0).roll(1, 0).numel());
  }

  @Test
  void randomFillsStayInTheirRange() {
    float[] uniform = Tensor.uniform(Rng.of(2), -2, 3, 10_000).toArray();
    double mean = 0;
    for (float u : uniform) {
      assertEquals(0.5, u, 2.5);
      mean += u / uniform.length;
    }
    assertEquals(0.5, mean, 0.05);
    float[] dice = Tensor.randint(Rng.of(2), 1, 7, 6000).toArray();
    int[] counts = new int[8];
    for (float d : dice) {
      counts[(int) d]++;
    }
    for (int i = 1; i < 7; i++) {
      assertEquals(1000, counts[i], 120);
    }
    assertEquals(0.3, Tensor.bernoulli(Rng.of(3), 0.3f, 10_000).mean().item(), 0.02);
    Tensor normal = Tensor.normal(Rng.of(4), 5, 2, 10_000);
    assertEquals(5, normal.mean().item(), 0.1);
    assertEquals(4, normal.var(true, false).item(), 0.2);
  }

  /** Fixed values, computed by another program: no machine may change what a seed means. */
  @Test
  void aSeedMeansTheSameNumbersForever() {
    equal(Tensor.randint(Rng.of(7), 0, 100, 6), 38, 1, 90, 58, 45, 24);
    equal(Tensor.uniform(Rng.of(7), -1, 1, 3), -0.2203405f, -0.9664234f, 0.80152136f);
    equal(Tensor.bernoulli(Rng.of(7), 0.5f, 8), 1, 1, 0, 0, 1, 1, 1, 1);
    equal(Tensor.normal(Rng.of(7), 0, 1, 3), 0.9884743f, -1.8642558f, 0.0039202073f);
    assertArrayEquals(new int[] {1, 5, 4, 2, 3, 0}, Tensor.randperm(Rng.of(7), 6));
  }
}
