package dev.graft.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.nn.Parameter;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClipGradTest {
  private final Tensor a = Tensor.zeros(2).requireGrad();
  private final Tensor b = Tensor.zeros(1).requireGrad();
  private final List<Parameter> params =
      List.of(
          new Parameter("a", a),
          new Parameter("none", Tensor.zeros(3).requireGrad()),
          new Parameter("b", b));

  private void gradients(float a0, float a1, float b0) {
    a.setGrad(Tensor.of(new float[] {a0, a1}, 2));
    b.setGrad(Tensor.scalar(b0).reshape(1));
  }

  private void assertGradients(float a0, float a1, float b0) {
    assertArrayEquals(new float[] {a0, a1}, a.grad().toArray(), 1e-6f);
    assertArrayEquals(new float[] {b0}, b.grad().toArray(), 1e-6f);
  }

  /** The numbers are torch.nn.utils.clip_grad_norm_'s (1.13). */
  @Test
  void normsOfAllKindsAreScaledAsPytorchScalesThem() {
    gradients(3, -4, 12);
    assertEquals(13, ClipGrad.clipGradNorm(params, 2));
    assertGradients(0.46153843f, -0.6153846f, 1.8461537f);
    gradients(3, -4, 12);
    assertEquals(19, ClipGrad.clipGradNorm(params, 2, 1, false));
    assertGradients(0.31578943f, -0.42105258f, 1.2631577f);
    gradients(3, -4, 12);
    assertEquals(12, ClipGrad.clipGradNorm(params, 2, Double.POSITIVE_INFINITY, false));
    assertGradients(0.5f, -0.6666666f, 1.9999999f);
    gradients(3, -4, 12);
    assertEquals(12.207057, ClipGrad.clipGradNorm(params, 2, 3, false), 1e-5);
    assertGradients(0.4915189f, -0.65535855f, 1.9660757f);
  }

  @Test
  void gradientsWithinTheBoundStay() {
    gradients(3, -4, 12);
    assertEquals(13, ClipGrad.clipGradNorm(params, 20));
    assertArrayEquals(new float[] {3, -4}, a.grad().toArray());
  }

  @Test
  void hugeGradientsDoNotOverflowTheNorm() {
    gradients(3e30f, -4e30f, 12e30f);
    assertEquals(13e30, ClipGrad.clipGradNorm(params, 2), 1e24);
    assertGradients(0.46153843f, -0.6153846f, 1.8461537f);
  }

  @Test
  void repeatedValuesAreClippedToo() {
    a.setGrad(Tensor.full(3, 1).expand(Shape.of(2)));
    ClipGrad.clipGradValue(params, 2);
    assertArrayEquals(new float[] {2, 2}, a.grad().toArray());
    a.setGrad(Tensor.full(3, 1).expand(Shape.of(2)));
    assertEquals(Math.sqrt(18), ClipGrad.clipGradNorm(params, 1));
    assertArrayEquals(new float[] {0.70710677f, 0.70710677f}, a.grad().toArray(), 1e-6f);
  }

  @Test
  void valuesAreLimitedOnBothSides() {
    gradients(3, -4, 0.5f);
    ClipGrad.clipGradValue(params, 1);
    assertGradients(1, -1, 0.5f);
  }

  @Test
  void nothingToClipHasNormZero() {
    assertEquals(0, ClipGrad.clipGradNorm(params, 1));
  }

  @Test
  void whatIsNotFiniteIsAnErrorOnDemand() {
    gradients(3, -4, Float.NaN);
    Exception e =
        assertThrows(ArithmeticException.class, () -> ClipGrad.clipGradNorm(params, 1, 2, true));
    assertEquals(
        "clip_grad_norm: the norm of the gradients is NaN: the gradient of \"b\" is not finite;"
            + " lower the learning rate, or find the cause with Autograd.detectAnomaly",
        e.getMessage());
    assertArrayEquals(new float[] {3, -4}, a.grad().toArray());
    assertTrue(Double.isNaN(ClipGrad.clipGradNorm(params, 1)));
    assertTrue(Float.isNaN(a.grad().toArray()[0]), "as in PyTorch");
  }

  @Test
  void nonsenseIsRefused() {
    refuses(
        "clip_grad_norm: maxNorm must be positive: 0.0", () -> ClipGrad.clipGradNorm(params, 0));
    refuses(
        "clip_grad_norm: maxNorm must be positive: NaN",
        () -> ClipGrad.clipGradNorm(params, Double.NaN));
    refuses(
        "clip_grad_norm: normType must be positive: -2.0",
        () -> ClipGrad.clipGradNorm(params, 1, -2, false));
    refuses(
        "clip_grad_value: clipValue must be positive: -1.0",
        () -> ClipGrad.clipGradValue(params, -1));
  }

  private static void refuses(String message, Runnable use) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, use::run).getMessage());
  }
}
