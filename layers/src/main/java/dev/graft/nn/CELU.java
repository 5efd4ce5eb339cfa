package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** x where positive, else alpha·(exp(x/alpha) − 1), elementwise (Barron, 2017). */
public final class CELU extends Layer {
  private final float alpha;

  /** With alpha 1. */
  public CELU() {
    this(1);
  }

  public CELU(float alpha) {
    this.alpha = alpha;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.celu(alpha);
  }

  @Override
  protected String describe() {
    return "alpha " + alpha;
  }
}
