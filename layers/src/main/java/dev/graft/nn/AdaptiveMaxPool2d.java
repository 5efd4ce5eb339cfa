package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Tensor;

/** Maxima of x [n, c, h, w] over windows that leave [n, c, outH, outW]. */
public final class AdaptiveMaxPool2d extends Layer {
  private final int outH;
  private final int outW;

  /** A square output. */
  public AdaptiveMaxPool2d(int out) {
    this(out, out);
  }

  public AdaptiveMaxPool2d(int outH, int outW) {
    this.outH = outH;
    this.outW = outW;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return Functional.adaptiveMaxPool2d(x, outH, outW);
  }

  @Override
  protected String describe() {
    return outH + "x" + outW;
  }
}
