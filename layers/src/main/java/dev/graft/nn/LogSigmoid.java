package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** log(sigmoid(x)), elementwise. */
public final class LogSigmoid extends Layer {
  @Override
  protected Tensor forward(Tensor x) {
    return x.logSigmoid();
  }
}
