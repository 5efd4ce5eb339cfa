package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** x·tanh(softplus(x)), elementwise (Misra, 2019). */
public final class Mish extends Layer {
  @Override
  protected Tensor forward(Tensor x) {
    return x.mish();
  }
}
