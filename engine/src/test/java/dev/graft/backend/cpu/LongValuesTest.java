package dev.graft.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.graft.backend.Backends;
import dev.graft.backend.Lines;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/** Values so long that their first does not lie at the beginning of their array. */
class LongValuesTest {
  private static final int COLUMNS = 37;
  private static final int ROWS = Lines.longArray(1) / COLUMNS + 2;

  private final Tensor x = Tensor.randn(Rng.of(1), ROWS, COLUMNS);
  private final float[] values = x.toArray();

  private static void check(Tensor actual, IntToDoubleFunction expected) {
    float[] found = actual.toArray();
    for (int i = 0; i < found.length; i++) {
      assertEquals(expected.applyAsDouble(i), found[i], 1e-5, "element " + i);
    }
  }

  @Test
  void theyBeginAtACacheLineAndShortOnesAtTheStart() {
    View longOne = Backends.cpu().allocate(Layout.rowMajor(Shape.of(ROWS, COLUMNS)).at(3));
    assertEquals(Lines.FIRST, longOne.offset());
    View shortOne = Backends.cpu().allocate(Layout.rowMajor(Shape.of(5)).at(3));
    assertEquals(0, shortOne.offset());
  }

  @Test
  void operationsFindThem() {
    Tensor twice = x.add(x);
    assertEquals(Lines.FIRST, twice.view().offset());
    check(twice, i -> 2 * values[i]);
    check(twice.relu().sub(x), i -> Math.max(0, 2 * values[i]) - values[i]);
    check(twice.reshape(COLUMNS, ROWS).mul(0.5f), i -> values[i]);
    check(twice.permute(1, 0).contiguous(), i -> 2 * values[i % ROWS * COLUMNS + i / ROWS]);
    assertEquals(2 * values[COLUMNS + 2], twice.get(1, 2));
    Tensor identity = Tensor.of(identity(), COLUMNS, COLUMNS);
    Tensor product = twice.matmul(identity);
    check(product, i -> 2 * values[i]);
    check(product.add(twice), i -> 4 * values[i]);
  }

  private static float[] identity() {
    float[] one = new float[COLUMNS * COLUMNS];
    for (int i = 0; i < COLUMNS; i++) {
      one[i * COLUMNS + i] = 1;
    }
    return one;
  }

  @Test
  void gradientsFindThem() {
    Tensor leaf = x.requireGrad(true);
    leaf.mul(leaf).relu().mul(0.25f).sum().backward();
    check(leaf.grad(), i -> 0.5 * values[i]);
  }
}
