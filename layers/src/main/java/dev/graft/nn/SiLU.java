package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** x·sigmoid(x), elementwise. */
public final class SiLU extends Layer {
  @Override
  protected Tensor forward(Tensor x) {
    return x.silu();
  }
}
