package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** x·relu6(x + 3)/6, elementwise (Howard et al., 2019). */
public final class Hardswish extends Layer {
  @Override
  protected Tensor forward(Tensor x) {
    return x.hardswish();
  }
}
