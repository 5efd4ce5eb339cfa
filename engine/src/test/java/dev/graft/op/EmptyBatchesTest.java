package dev.graft.op;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.op.InterpolateParams.Mode;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;

/** Batches without samples: empty results of the right shape, and gradients of zero. */
class EmptyBatchesTest {
  private static void check(
      int[] x, int[] weight, int[] expected, BinaryOperator<Tensor> operation) {
    for (Backend backend : List.of(Backends.cpu(), Backends.scalar())) {
      Tensor input = Tensor.zeros(x).to(backend).requireGrad();
      Tensor w = Tensor.ones(weight).to(backend).requireGrad();
      Tensor y = operation.apply(input, w);
      assertEquals(Shape.of(expected), y.shape());
      y.sum().backward();
      assertEquals(Shape.of(x), input.grad().shape());
      if (w.grad() != null) {
        assertArrayEquals(new float[w.numel()], w.grad().toArray());
      }
    }
  }

  private static int[] dims(int... dims) {
    return dims;
  }

  @Test
  void convTranspose2d() {
    ConvParams twice = ConvParams.DEFAULT.withStride(2);
    check(
        dims(0, 3, 4, 4),
        dims(3, 2, 2, 2),
        dims(0, 2, 8, 8),
        (x, w) -> Functional.convTranspose2d(x, w, null, twice));
  }

  @Test
  void norms() {
    check(
        dims(0, 5),
        dims(5),
        dims(0, 5),
        (x, w) -> Functional.layerNorm(x, Shape.of(5), w, w, 1e-5f));
    check(
        dims(0, 6, 3, 3),
        dims(6),
        dims(0, 6, 3, 3),
        (x, w) -> Functional.groupNorm(x, 2, w, null, 1e-5f));
  }

  @Test
  void resizingAndPooling() {
    InterpolateParams to = InterpolateParams.size(5, 6).withMode(Mode.BILINEAR);
    check(dims(0, 2, 3, 3), dims(), dims(0, 2, 5, 6), (x, w) -> Functional.interpolate(x, to));
    check(
        dims(0, 2, 3, 3),
        dims(),
        dims(0, 2, 2, 2),
        (x, w) -> Functional.adaptiveMaxPool2d(x, 2, 2));
  }

  @Test
  void embedding() {
    Tensor weight = Tensor.ones(4, 3).requireGrad();
    Tensor y = Functional.embedding(weight, new int[0], Shape.of(2, 0));
    assertEquals(Shape.of(2, 0, 3), y.shape());
    y.sum().backward();
    assertArrayEquals(new float[12], weight.grad().toArray());
  }
}
