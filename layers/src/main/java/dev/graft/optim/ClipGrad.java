package dev.graft.optim;

import dev.graft.backend.ElementwiseKernels;
import dev.graft.backend.UnaryKind;
import dev.graft.nn.Parameter;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.Locale;

/** Bounds for gradients, between {@code backward()} and {@code step()}, under PyTorch's names. */
public final class ClipGrad {
  private ClipGrad() {}

  /**
   * Scales all gradients together so that their Euclidean norm (Pascanu et al., 2013) is at most
   * {@code maxNorm}; returns the norm before. {@code ClipGrad.clipGradNorm(net.parameters(), 1)}
   *
   * @throws IllegalArgumentException if maxNorm is not positive
   */
  public static double clipGradNorm(List<Parameter> parameters, double maxNorm) {
    return clipGradNorm(parameters, maxNorm, 2, false);
  }

  /**
   * Scales all gradients together so that their norm is at most {@code maxNorm}; returns the norm
   * before. Parameters without a gradient are left out. As in PyTorch, a NaN makes all gradients
   * NaN, and an infinity makes 0 of all finite ones, unless {@code errorIfNonfinite} is set.
   *
   * @param normType p of the p-norm over all values: 2, 1, infinity (the largest magnitude), …
   * @param errorIfNonfinite whether to throw, gradients untouched, where the norm is not finite
   * @throws IllegalArgumentException if maxNorm or normType is not positive
   * @throws ArithmeticException if the norm is not finite and errorIfNonfinite is set
   */
  public static double clipGradNorm(
      List<Parameter> parameters, double maxNorm, double normType, boolean errorIfNonfinite) {
    if (!(maxNorm > 0)) {
      throw new IllegalArgumentException("clip_grad_norm: maxNorm must be positive: " + maxNorm);
    }
    if (!(normType > 0)) {
      throw new IllegalArgumentException("clip_grad_norm: normType must be positive: " + normType);
    }
    List<Parameter> withGrad =
        parameters.stream().filter(p -> p.tensor().gradForUpdate() != null).toList();
    double total = Autograd.noGrad(() -> norm(withGrad, normType));
    if (errorIfNonfinite && !Double.isFinite(total)) {
      throw new ArithmeticException(nonfinite(withGrad, total));
    }
    double scale = maxNorm / (total + 1e-6);
    if (!(scale >= 1)) {
      withGrad.forEach(p -> change(p, UnaryKind.MUL_SCALAR, (float) scale, 0));
    }
    return total;
  }

  /**
   * Limits every gradient's values to −clipValue … clipValue.
   *
   * @throws IllegalArgumentException if clipValue is not positive
   */
  public static void clipGradValue(List<Parameter> parameters, double clipValue) {
    if (!(clipValue > 0)) {
      throw new IllegalArgumentException(
          "clip_grad_value: clipValue must be positive: " + clipValue);
    }
    float limit = (float) clipValue;
    parameters.stream()
        .filter(p -> p.tensor().gradForUpdate() != null)
        .forEach(p -> change(p, UnaryKind.CLAMP, -limit, limit));
  }

  private static double norm(List<Parameter> parameters, double type) {
    double total = 0;
    for (Parameter p : parameters) {
      Tensor grad = p.tensor().gradForUpdate();
      if (type == 2) {
        total += grad.backend().reductions().sumOfSquares(grad.dense().view());
      } else if (grad.numel() > 0 && Double.isInfinite(type)) {
        total = Math.max(total, grad.abs().amax().item());
      } else if (type == 1) {
        total += grad.abs().sum().item();
      } else {
        total += grad.abs().pow((float) type).sum().item();
      }
    }
    return Double.isInfinite(type) ? total : Math.pow(total, 1 / type);
  }

  private static String nonfinite(List<Parameter> parameters, double total) {
    String first =
        parameters.stream()
            .filter(p -> !Double.isFinite(norm(List.of(p), 2)))
            .map(p -> "the gradient of \"" + p.name() + "\" is not finite")
            .findFirst()
            .orElse("all gradients are finite, their powers overflow");
    return String.format(
        Locale.ROOT,
        "clip_grad_norm: the norm of the gradients is %s: %s; lower the learning rate, or find the"
            + " cause with Autograd.detectAnomaly",
        total,
        first);
  }

  private static void change(Parameter p, UnaryKind kind, float a, float b) {
    Tensor grad = p.tensor().gradForUpdate();
    Tensor dense = grad.dense();
    ElementwiseKernels kernels = dense.backend().elementwise();
    kernels.unary(kind, a, b, dense.view(), dense.view());
    if (dense != grad) {
      p.tensor().setGrad(dense);
    }
  }
}
