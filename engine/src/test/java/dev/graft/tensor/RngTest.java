package dev.graft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RngTest {
  private static final int MANY = 100_000;

  @Test
  void isSplitMix64() {
    Rng rng = Rng.of(1234567);
    assertEquals(6457827717110365317L, rng.nextLong());
    assertEquals(3203168211198807973L, rng.nextLong());
    assertEquals(0xE220A8397B1DCDAFL, Rng.of(0).nextLong());
  }

  @Test
  void anyNumberCanBeComputedByItself() {
    Rng rng = Rng.of(5);
    for (int i = 0; i < 10; i++) {
      assertEquals(Rng.uniform(5, i), rng.nextFloat());
    }
  }

  @Test
  void streamsDependOnTheirNamesOnly() {
    Rng used = Rng.of(5);
    used.nextLong();
    assertEquals(Rng.of(5).split("a").nextLong(), used.split("a").nextLong());
    assertNotEquals(Rng.of(5).split("a").nextLong(), Rng.of(5).split("b").nextLong());
    assertNotEquals(Rng.of(5).split("a").nextLong(), Rng.of(6).split("a").nextLong());
  }

  @Test
  void floatsAreUniform() {
    Rng rng = Rng.of(7);
    int[] counts = new int[10];
    for (int i = 0; i < MANY; i++) {
      float v = rng.nextFloat();
      assertTrue(v >= 0 && v < 1);
      counts[(int) (v * 10)]++;
    }
    // The standard deviation of a count is 95: six of them.
    Arrays.stream(counts).forEach(c -> assertEquals(MANY / 10.0, c, 570));
  }

  @Test
  void gaussiansHaveMeanZeroAndVarianceOne() {
    Rng rng = Rng.of(8);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < MANY; i++) {
      double v = rng.nextGaussian();
      sum += v;
      squares += v * v;
    }
    assertEquals(0, sum / MANY, 0.02);
    assertEquals(1, squares / MANY, 0.03);
  }

  @Test
  void integersStayBelowTheBound() {
    Rng rng = Rng.of(9);
    boolean[] seen = new boolean[7];
    for (int i = 0; i < 1000; i++) {
      seen[rng.nextInt(7)] = true;
    }
    assertArrayEquals(new boolean[] {true, true, true, true, true, true, true}, seen);
    assertTrue(rng.nextInt(Integer.MAX_VALUE) >= 0);
    assertThrows(IllegalArgumentException.class, () -> rng.nextInt(0));
  }

  @Test
  void permutationsHoldEveryNumberOnce() {
    int[] order = Rng.of(10).permutation(100);
    assertArrayEquals(order, Rng.of(10).permutation(100));
    int[] sorted = order.clone();
    Arrays.sort(sorted);
    int[] all = IntStream.range(0, 100).toArray();
    assertArrayEquals(all, sorted);
    assertTrue(!Arrays.equals(all, order));
  }
}
