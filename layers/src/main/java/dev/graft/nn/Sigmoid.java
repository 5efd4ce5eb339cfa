package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** 1/(1 + exp(−x)), elementwise. */
public final class Sigmoid extends Layer {
  @Override
  protected Tensor forward(Tensor x) {
    return x.sigmoid();
  }
}
