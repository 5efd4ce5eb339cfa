package dev.graft.tensor;

/**
 * The activation functions as {@link Functional} has them: the methods of {@link Tensor} of the
 * same names, for code that comes from PyTorch's.
 */
abstract sealed class FunctionalActivations permits FunctionalLosses {
  /** max(x, 0). */
  public static Tensor relu(Tensor x) {
    return x.relu();
  }

  /** min(max(x, 0), 6). */
  public static Tensor relu6(Tensor x) {
    return x.relu6();
  }

  /** x where positive, else slope·x. */
  public static Tensor leakyRelu(Tensor x, float slope) {
    return x.leakyRelu(slope);
  }

  /** x where positive, else weight·x, the weight being [1] or [c] for x [n, c, …]. */
  public static Tensor prelu(Tensor x, Tensor weight) {
    return x.prelu(weight);
  }

  /** x where positive, else alpha·(exp(x) − 1). */
  public static Tensor elu(Tensor x, float alpha) {
    return x.elu(alpha);
  }

  /** The scaled ELU. */
  public static Tensor selu(Tensor x) {
    return x.selu();
  }

  /** x where positive, else alpha·(exp(x/alpha) − 1). */
  public static Tensor celu(Tensor x, float alpha) {
    return x.celu(alpha);
  }

  /** x·Φ(x), exactly. */
  public static Tensor gelu(Tensor x) {
    return x.gelu();
  }

  /** x·sigmoid(x). */
  public static Tensor silu(Tensor x) {
    return x.silu();
  }

  /** x·tanh(softplus(x)). */
  public static Tensor mish(Tensor x) {
    return x.mish();
  }

  /** log(1 + exp(beta·x))/beta; x itself where beta·x exceeds the threshold. */
  public static Tensor softplus(Tensor x, float beta, float threshold) {
    return x.softplus(beta, threshold);
  }

  /** x/(1 + |x|). */
  public static Tensor softsign(Tensor x) {
    return x.softsign();
  }

  /** min(max(x, least), most). */
  public static Tensor hardtanh(Tensor x, float least, float most) {
    return x.hardtanh(least, most);
  }

  /** relu6(x + 3)/6. */
  public static Tensor hardsigmoid(Tensor x) {
    return x.hardsigmoid();
  }

  /** x·relu6(x + 3)/6. */
  public static Tensor hardswish(Tensor x) {
    return x.hardswish();
  }

  /** 1/(1 + exp(−x)). */
  public static Tensor sigmoid(Tensor x) {
    return x.sigmoid();
  }

  /** log(sigmoid(x)). */
  public static Tensor logSigmoid(Tensor x) {
    return x.logSigmoid();
  }

  /** The hyperbolic tangent. */
  public static Tensor tanh(Tensor x) {
    return x.tanh();
  }

  /** The first half along dim times the sigmoid of the second. */
  public static Tensor glu(Tensor x, int dim) {
    return x.glu(dim);
  }

  /** exp(x)/Σ exp(x) along dim. */
  public static Tensor softmax(Tensor x, int dim) {
    return x.softmax(dim);
  }

  /** The logarithm of the softmax along dim. */
  public static Tensor logSoftmax(Tensor x, int dim) {
    return x.logSoftmax(dim);
  }
}
