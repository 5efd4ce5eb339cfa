package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** max(x, 0), elementwise. */
public final class ReLU extends Layer {
  @Override
  protected Tensor forward(Tensor x) {
    return x.relu();
  }
}
