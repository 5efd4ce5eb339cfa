package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Tensor;

/** Means of x [n, c, h, w] over windows that leave [n, c, outH, outW]. */
public final class AdaptiveAvgPool2d extends Layer {
  private final int outH;
  private final int outW;

  /** A square output. */
  public AdaptiveAvgPool2d(int out) {
    this(out, out);
  }

  public AdaptiveAvgPool2d(int outH, int outW) {
    this.outH = outH;
    this.outW = outW;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.adaptiveAvgPool2d(x, outH, outW);
  }

  @Override
  protected String describe() {
    return outH + "x" + outW;
  }
}
