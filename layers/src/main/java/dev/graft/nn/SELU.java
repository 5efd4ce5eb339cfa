package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** The scaled ELU of Klambauer et al. (2017), elementwise. */
public final class SELU extends Layer {
  @Override
  protected Tensor forward(Tensor x) {
    return x.selu();
  }
}
