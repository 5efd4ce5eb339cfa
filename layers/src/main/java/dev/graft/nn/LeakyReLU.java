package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** x where positive, else slope·x, elementwise. */
public final class LeakyReLU extends Layer {
  private final float slope;

  /** With slope 0.01. */
  public LeakyReLU() {
    this(0.01f);
  }

  public LeakyReLU(float slope) {
    this.slope = slope;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.leakyRelu(slope);
  }

  @Override
  protected String describe() {
    return "slope " + slope;
  }
}
