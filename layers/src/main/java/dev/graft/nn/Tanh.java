package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** The hyperbolic tangent, elementwise. */
public final class Tanh extends Layer {
  @Override
  protected Tensor forward(Tensor x) {
    return x.tanh();
  }
}
