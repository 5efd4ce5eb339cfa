package dev.graft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.op.ConvParams;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import org.junit.jupiter.api.Test;

class InitTest {
  private static double max(Tensor t) {
    double max = 0;
    for (float v : t.toArray()) {
      max = Math.max(max, Math.abs(v));
    }
    return max;
  }

  private static double std(Tensor t) {
    double squares = 0;
    for (float v : t.toArray()) {
      squares += (double) v * v;
    }
    return Math.sqrt(squares / t.numel());
  }

  @Test
  void linearIsUniformWithinTheRootOfItsInputs() {
    Linear linear = new Linear(400, 300, Rng.of(3));
    double bound = 1 / Math.sqrt(400);
    assertTrue(max(linear.weight()) <= bound && max(linear.weight()) > 0.999 * bound);
    assertEquals(bound / Math.sqrt(3), std(linear.weight()), 0.01 * bound);
    assertTrue(max(linear.bias()) <= bound && max(linear.bias()) > 0.95 * bound);
  }

  @Test
  void convolutionsCountTheInputsOfOneGroup() {
    Conv2d conv = new Conv2d(64, 64, 3, ConvParams.DEFAULT.withGroups(4), Rng.of(3));
    double bound = 1 / Math.sqrt(16 * 9);
    assertTrue(max(conv.weight()) <= bound && max(conv.weight()) > 0.999 * bound);
    assertTrue(max(conv.bias()) <= bound && max(conv.bias()) > 0.9 * bound);
  }

  @Test
  void kaimingNormalHasTheVarianceOfItsOutputs() {
    Tensor weight = Init.kaimingNormalFanOut(Rng.of(3), 64, 32, 3, 3);
    double expected = Math.sqrt(2.0 / (64 * 9));
    // the standard error of a deviation from n values is 1/√(2n): 0.5 % of it here
    assertEquals(expected, std(weight), 0.02 * expected);
    assertTrue(max(weight) > 3 * expected, "a normal distribution has tails");
  }

  @Test
  void theSameSeedGivesTheSameBits() {
    float[] one = new Conv2d(3, 8, 3, Rng.of(5)).weight().toArray();
    assertArrayEquals(one, new Conv2d(3, 8, 3, Rng.of(5)).weight().toArray());
    assertTrue(one[0] != new Conv2d(3, 8, 3, Rng.of(6)).weight().toArray()[0]);
  }

  @Test
  void withoutAGeneratorTheWeightsAreZero() {
    assertEquals(0, max(new Linear(3, 2, null).weight()));
    assertEquals(0, max(Init.kaimingNormalFanOut(null, 4, 3, 3, 3)));
  }

  @Test
  void dropoutKeepsTheMeanFollowsItsSeedAndRestsInEval() {
    Tensor x = Tensor.ones(100, 100);
    float[] y = new Dropout(0.25f, Rng.of(9)).apply(x).toArray();
    int zeros = 0;
    for (float v : y) {
      assertTrue(v == 0 || Math.abs(v - 4f / 3) < 1e-6, () -> "neither dropped nor scaled: " + v);
      zeros += v == 0 ? 1 : 0;
    }
    // 10,000 draws: a deviation of √(n·p·q) = 43
    assertEquals(2500, zeros, 6 * 43);
    Dropout again = new Dropout(0.25f, Rng.of(9));
    assertArrayEquals(y, again.apply(x).toArray());
    again.eval();
    assertArrayEquals(x.toArray(), again.apply(x).toArray());
    assertThrows(IllegalArgumentException.class, () -> new Dropout(1.5f, Rng.of(1)));
  }
}
