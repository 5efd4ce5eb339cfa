package dev.graft.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** What a tensor prints: PyTorch's form after the shape. */
class TensorFormatTest {
  private static void check(String expected, Tensor t) {
    assertEquals(expected, t.toString());
  }

  private static Tensor of(float... values) {
    return Tensor.of(values, values.length);
  }

  @Test
  void numbers() {
    check("[] 1.5000", Tensor.scalar(1.5f));
    check("[2] [ 1., -2.]", of(1, -2));
    check("[2] [ 0.5000, -2.0000]", of(0.5f, -2));
    check("[3] [nan, inf,  1.]", of(Float.NaN, Float.POSITIVE_INFINITY, 1));
    check("[2] [1.0000e-05, 1.0000e+00]", of(1e-5f, 1));
    check("[0] []", of());
  }

  @Test
  void dimensions() {
    check("[2, 2] [[1., 2.],\n        [3., 4.]]", Tensor.of(new float[] {1, 2, 3, 4}, 2, 2));
    check(
        "[2, 1, 2] [[[1., 2.]],\n\n           [[3., 4.]]]",
        Tensor.of(new float[] {1, 2, 3, 4}, 2, 1, 2));
    check("[2, 2] [[1., 3.],\n        [2., 4.]]", Tensor.of(new float[] {1, 2, 3, 4}, 2, 2).t());
  }

  @Test
  void longOnesAreAbridged() {
    check("[1001] [   0.,    1.,    2., ...,  998.,  999., 1000.]", Tensor.arange(1001));
  }

  @Test
  void history() {
    Tensor x = of(1).requireGrad();
    check("[1] [1.] requires_grad", x);
    check("[1] [1.] grad_fn=relu", x.relu());
  }
}
