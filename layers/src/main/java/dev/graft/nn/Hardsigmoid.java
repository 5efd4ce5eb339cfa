package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** relu6(x + 3)/6, elementwise. */
public final class Hardsigmoid extends Layer {
  @Override
  protected Tensor forward(Tensor x) {
    return x.hardsigmoid();
  }
}
