package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** min(max(x, least), most), elementwise. */
public final class Hardtanh extends Layer {
  private final float least;
  private final float most;

  /** With bounds −1 and 1. */
  public Hardtanh() {
    this(-1, 1);
  }

  public Hardtanh(float least, float most) {
    this.least = least;
    this.most = most;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return x.hardtanh(least, most);
  }

  @Override
  protected String describe() {
    return "least " + least + ", most " + most;
  }
}
