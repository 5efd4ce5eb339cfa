package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** log(1 + exp(beta·x))/beta, elementwise; x itself where beta·x exceeds the threshold. */
public final class Softplus extends Layer {
  private final float beta;
  private final float threshold;

  /** With beta 1 and threshold 20. */
  public Softplus() {
    this(1, 20);
  }

  public Softplus(float beta, float threshold) {
    this.beta = beta;
    this.threshold = threshold;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.softplus(beta, threshold);
  }

  @Override
  protected String describe() {
    return "beta " + beta + ", threshold " + threshold;
  }
}
