package dev.graft.nn;

import dev.graft.tensor.Tensor;

/**
 * x where positive, else weight·x with learned weights (He et al., 2015): one for all of x, or one
 * for each channel of x [n, c, …].
 */
public final class PReLU extends Layer {
  private final Tensor weight;

  /** One weight, 0.25 at first. */
  public PReLU() {
    this(1, 0.25f);
  }

  /**
   * @param numParameters 1, or the number of channels
   * @param init what the weights start from
   */
  public PReLU(int numParameters, float init) {
    weight = param("weight", Tensor.full(init, numParameters));
  }

  public Tensor weight() {
    return weight;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.prelu(weight);
  }

  @Override
  protected String describe() {
    return String.valueOf(weight.numel());
  }
}
