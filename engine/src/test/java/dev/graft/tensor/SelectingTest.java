package dev.graft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Comparing, choosing, ranking and accumulating: values and gradients by hand. */
class SelectingTest {
  private static final float NAN = Float.NaN;

  private static Tensor row(float... values) {
    return Tensor.of(values, values.length);
  }

  private static void equal(Tensor actual, float... expected) {
    assertArrayEquals(expected, actual.toArray(), 1e-6f);
  }

  @Test
  void comparisonsAreZeroOrOne() {
    Tensor x = row(1, 2, 3, NAN);
    equal(x.eq(2), 0, 1, 0, 0);
    equal(x.ne(2), 1, 0, 1, 1);
    equal(x.gt(2), 0, 0, 1, 0);
    equal(x.ge(2), 0, 1, 1, 0);
    equal(x.lt(2), 1, 0, 0, 0);
    equal(x.le(2), 1, 1, 0, 0);
    equal(x.le(row(1, 1, 4, 1)), 1, 0, 1, 0);
    equal(Tensor.scalar(2).lt(x), 0, 0, 1, 0);
  }

  @Test
  void comparisonsHaveNoGradient() {
    assertFalse(row(1, 2).requireGrad().gt(1.5f).requiresGrad());
  }

  @Test
  void whereGivesEachElementsGradientToItsSource() {
    Tensor a = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).requireGrad();
    Tensor b = Tensor.scalar(9).requireGrad();
    Tensor chosen = Tensor.where(row(0, 1), a, b);
    equal(chosen, 9, 2, 9, 4);
    chosen.mul(Tensor.of(new float[] {1, 10, 100, 1000}, 2, 2)).sum().backward();
    equal(a.grad(), 0, 10, 0, 1000);
    equal(b.grad(), 101);
  }

  @Test
  void maskedFillKeepsTheRest() {
    Tensor x = row(1, 2, 3).requireGrad();
    Tensor filled = x.maskedFill(x.gt(1), Float.NEGATIVE_INFINITY);
    assertArrayEquals(
        new float[] {1, Float.NEGATIVE_INFINITY, Float.NEGATIVE_INFINITY}, filled.toArray());
    filled.backward(Tensor.ones(3));
    equal(x.grad(), 1, 0, 0);
  }

  @Test
  void extremesAlongADimensionHaveIndices() {
    Tensor x = Tensor.of(new float[] {1, 5, 5, 7, 0, 7}, 2, 3).requireGrad();
    Indexed max = x.max(1);
    equal(max.values(), 5, 7);
    assertArrayEquals(new int[] {1, 0}, max.indices());
    Indexed min = x.min(0);
    equal(min.values(), 1, 0, 5);
    assertArrayEquals(new int[] {0, 1, 0}, min.indices());
    max.values().sum().backward();
    equal(x.grad(), 0, 1, 0, 1, 0, 0);
  }

  @Test
  void aminSharesItsGradientEvenly() {
    Tensor x = row(2, 1, 1).requireGrad();
    Tensor min = x.amin();
    assertEquals(1, min.item());
    min.backward();
    equal(x.grad(), 0, 0.5f, 0.5f);
    assertTrue(Float.isNaN(row(1, NAN).amin().item()));
    assertArrayEquals(new int[] {1}, row(1, NAN, 0).argmin(0));
  }

  @Test
  void topkIsSortedAndStable() {
    Tensor x = row(3, 1, 3, NAN, 2).requireGrad();
    Indexed best = x.topk(3, 0);
    assertArrayEquals(new int[] {3, 0, 2}, best.indices());
    Indexed least = x.topk(2, -1, false);
    assertArrayEquals(new int[] {1, 4}, least.indices());
    least.values().mul(row(1, 10)).sum().backward();
    equal(x.grad(), 0, 1, 0, 0, 10);
    Indexed columns = Tensor.of(new float[] {1, 4, 2, 3}, 2, 2).topk(1, 0);
    assertEquals(Shape.of(1, 2), columns.values().shape());
    equal(columns.values(), 2, 4);
  }

  @Test
  void sortGoesBothWays() {
    Tensor x = row(2, -0f, 3, 0, 1);
    equal(x.sort(0, false).values(), 0, 0, 1, 2, 3);
    assertArrayEquals(new int[] {1, 3, 4, 0, 2}, x.sort(0, false).indices());
    assertArrayEquals(new int[] {2, 0, 4, 1, 3}, x.sort(0, true).indices());
    Tensor many = Tensor.randn(Rng.of(5), 3, 101);
    float[] sorted = many.sort(1, false).values().toArray();
    float[] expected = many.toArray();
    for (int i = 0; i < 3; i++) {
      Arrays.sort(expected, i * 101, (i + 1) * 101);
    }
    assertArrayEquals(expected, sorted);
  }

  @Test
  void productsOfZerosHaveGradients() {
    Tensor one = row(2, 0, 3).requireGrad();
    one.prod().backward();
    equal(one.grad(), 0, 6, 0);
    Tensor two = row(0, 0, 3).requireGrad();
    two.prod().backward();
    equal(two.grad(), 0, 0, 0);
    assertEquals(1, Tensor.zeros(0).prod().item());
    equal(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).prod(0), 3, 8);
  }

  @Test
  void runningSums() {
    equal(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).cumsum(0), 1, 2, 4, 6);
    equal(Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).cumsum(-1), 1, 3, 3, 7);
  }

  @Test
  void normsOfZeroHaveGradientZero() {
    for (float p : new float[] {0.5f, 1, 2, 3, Float.POSITIVE_INFINITY}) {
      Tensor x = Tensor.zeros(3).requireGrad();
      Tensor norm = x.norm(p, false);
      assertEquals(0, norm.item());
      norm.backward();
      equal(x.grad(), 0, 0, 0);
    }
    assertEquals(5, row(3, -4).norm().item(), 1e-6);
  }

  @Test
  void roundingGoesToEven() {
    Tensor x = row(-2.5f, -0.5f, 0.5f, 1.5f, 2.4f, -1e9f);
    equal(x.round(), -2, 0, 0, 2, 2, -1e9f);
    equal(x.floor(), -3, -1, 0, 1, 2, -1e9f);
    equal(x.ceil(), -2, 0, 1, 2, 3, -1e9f);
    equal(x.sign(), -1, -1, 1, 1, 1, -1);
  }

  @Test
  void smallArgumentsKeepTheirDigits() {
    assertEquals(1e-10f, Tensor.scalar(1e-10f).log1p().item(), 1e-16);
    assertEquals(1e-10f, Tensor.scalar(1e-10f).expm1().item(), 1e-16);
    assertEquals(Math.exp(88.5), Tensor.scalar(88.5f).expm1().item(), 1e32);
  }

  @Test
  void oneHotRows() {
    Tensor rows = Functional.oneHot(new int[] {2, 0}, 3);
    assertEquals(Shape.of(2, 3), rows.shape());
    equal(rows, 0, 0, 1, 1, 0, 0);
  }
}
