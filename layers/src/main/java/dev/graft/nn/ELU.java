package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** x where positive, else alpha·(exp(x) − 1), elementwise (Clevert et al., 2015). */
public final class ELU extends Layer {
  private final float alpha;

  /** With alpha 1. */
  public ELU() {
    this(1);
  }

  public ELU(float alpha) {
    this.alpha = alpha;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.elu(alpha);
  }

  @Override
  protected String describe() {
    return "alpha " + alpha;
  }
}
