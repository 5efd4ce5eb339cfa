package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** Softmax along the last dimension. */
public final class Softmax extends Layer {
  @Override
  protected Tensor forward(Tensor x) {
    return x.softmax(-1);
  }
}
