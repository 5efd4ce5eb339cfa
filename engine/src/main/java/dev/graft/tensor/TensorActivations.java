package dev.graft.tensor;

import dev.graft.backend.BinaryKind;
import dev.graft.backend.UnaryKind;
import dev.graft.op.Binary;
import dev.graft.op.Node;
import dev.graft.op.Unary;
import java.util.Arrays;

/** The activation functions of {@link Tensor}, with PyTorch's names and defaults. */
abstract sealed class TensorActivations extends TensorSelecting permits TensorMath {
  public Tensor tanh() {
    return apply(UnaryKind.TANH, 0, 0);
  }

  public Tensor sigmoid() {
    return apply(UnaryKind.SIGMOID, 0, 0);
  }

  /** log(sigmoid(x)), without overflow. */
  public Tensor logSigmoid() {
    return apply(UnaryKind.LOG_SIGMOID, 0, 0);
  }

  public Tensor relu() {
    return apply(UnaryKind.RELU, 0, 0);
  }

  /** min(max(x, 0), 6). */
  public Tensor relu6() {
    return apply(UnaryKind.RELU6, 0, 0);
  }

  /** x where positive, else x/100. */
  public Tensor leakyRelu() {
    return leakyRelu(0.01f);
  }

  /** x where positive, else slope·x. */
  public Tensor leakyRelu(float slope) {
    return apply(UnaryKind.LEAKY_RELU, slope, 0);
  }

  /**
   * x where positive, else weight·x (He et al., 2015); the weight is [1] or has one value for each
   * channel of x [n, c, …].
   *
   * @throws ShapeException if it has not
   */
  public Tensor prelu(Tensor weight) {
    int channels = rank() < 2 ? 1 : dim(1);
    if (weight.rank() > 1 || weight.numel() != 1 && weight.numel() != channels) {
      throw ShapeException.of(
          "prelu: weight %s does not fit input %s: expected [1] or [%d]",
          weight.shape(), shape(), channels);
    }
    int[] dims = new int[Math.max(1, rank() - 1)];
    Arrays.fill(dims, 1);
    dims[0] = weight.numel();
    Tensor slope = rank() == 0 ? weight.reshape() : weight.reshape(dims);
    return Node.apply(new Binary(BinaryKind.PRELU), self(), slope);
  }

  /** With alpha 1. */
  public Tensor elu() {
    return elu(1);
  }

  /** x where positive, else alpha·(exp(x) − 1) (Clevert et al., 2015). */
  public Tensor elu(float alpha) {
    return apply(UnaryKind.ELU, alpha, 0);
  }

  /** The scaled ELU of Klambauer et al. (2017). */
  public Tensor selu() {
    return apply(UnaryKind.SELU, 0, 0);
  }

  /** With alpha 1. */
  public Tensor celu() {
    return celu(1);
  }

  /**
   * x where positive, else alpha·(exp(x/alpha) − 1) (Barron, 2017).
   *
   * @throws IllegalArgumentException if alpha is 0
   */
  public Tensor celu(float alpha) {
    if (alpha == 0) {
      throw new IllegalArgumentException("celu: alpha must not be 0");
    }
    return apply(UnaryKind.CELU, alpha, 0);
  }

  /** x·Φ(x), exactly (Hendrycks and Gimpel, 2016). */
  public Tensor gelu() {
    return apply(UnaryKind.GELU, 0, 0);
  }

  /** GELU's approximation by tanh: PyTorch's {@code approximate='tanh'}. */
  public Tensor geluTanh() {
    return apply(UnaryKind.GELU_TANH, 0, 0);
  }

  /** x·sigmoid(x). */
  public Tensor silu() {
    return apply(UnaryKind.SILU, 0, 0);
  }

  /** x·tanh(softplus(x)) (Misra, 2019). */
  public Tensor mish() {
    return apply(UnaryKind.MISH, 0, 0);
  }

  /** With beta 1 and threshold 20. */
  public Tensor softplus() {
    return softplus(1, 20);
  }

  /** log(1 + exp(beta·x))/beta; x itself where beta·x exceeds the threshold. */
  public Tensor softplus(float beta, float threshold) {
    return apply(UnaryKind.SOFTPLUS, beta, threshold);
  }

  /** x/(1 + |x|). */
  public Tensor softsign() {
    return apply(UnaryKind.SOFTSIGN, 0, 0);
  }

  /** Within −1 … 1. */
  public Tensor hardtanh() {
    return hardtanh(-1, 1);
  }

  /**
   * min(max(x, least), most); unlike clamp's, the gradient is 0 on the bounds.
   *
   * @throws IllegalArgumentException if least exceeds most
   */
  public Tensor hardtanh(float least, float most) {
    if (!(least <= most)) {
      throw new IllegalArgumentException(
          "hardtanh: the least value must not exceed the most: " + least + " and " + most);
    }
    return apply(UnaryKind.HARDTANH, least, most);
  }

  /** relu6(x + 3)/6. */
  public Tensor hardsigmoid() {
    return apply(UnaryKind.HARDSIGMOID, 0, 0);
  }

  /** x·relu6(x + 3)/6 (Howard et al., 2019). */
  public Tensor hardswish() {
    return apply(UnaryKind.HARDSWISH, 0, 0);
  }

  /**
   * The first half along {@code dim} times the sigmoid of the second (Dauphin et al., 2017).
   *
   * @throws ShapeException if the dimension is odd
   */
  public Tensor glu(int dim) {
    int axis = shape().axis(dim);
    int half = dim(axis) / 2;
    if (dim(axis) % 2 != 0) {
      throw ShapeException.of("glu: dimension %d of %s is odd: it has no halves", axis, shape());
    }
    return narrow(axis, 0, half).mul(narrow(axis, half, half).sigmoid());
  }

  private Tensor apply(UnaryKind kind, float p, float q) {
    return Node.apply(new Unary(kind, p, q), self());
  }
}
