package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** Log-softmax along the last dimension. */
public final class LogSoftmax extends Layer {
  @Override
  protected Tensor forward(Tensor x) {
    return x.logSoftmax(-1);
  }
}
