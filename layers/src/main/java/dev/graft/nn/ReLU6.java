package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** min(max(x, 0), 6), elementwise. */
public final class ReLU6 extends Layer {
  @Override
  protected Tensor forward(Tensor x) {
    return x.relu6();
  }
}
