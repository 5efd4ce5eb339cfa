package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** x·Φ(x), elementwise, with the normal distribution function (Hendrycks and Gimpel, 2016). */
public final class GELU extends Layer {
  /** How Φ is computed. */
  public enum Approximate {
    /** Exactly. */
    NONE,
    /** By tanh, as the first transformers did. */
    TANH
  }

  private final Approximate approximate;

  /** Exactly. */
  public GELU() {
    this(Approximate.NONE);
  }

  public GELU(Approximate approximate) {
    this.approximate = approximate;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return approximate == Approximate.TANH ? x.geluTanh() : x.gelu();
  }

  @Override
  protected String describe() {
    return approximate == Approximate.TANH ? "tanh" : "";
  }
}
