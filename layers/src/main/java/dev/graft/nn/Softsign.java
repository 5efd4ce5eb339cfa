package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** x/(1 + |x|), elementwise. */
public final class Softsign extends Layer {
  @Override
  protected Tensor forward(Tensor x) {
    return x.softsign();
  }
}
