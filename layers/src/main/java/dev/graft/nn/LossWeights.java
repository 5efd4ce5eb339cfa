package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** The weights that a loss holds, wherever the network computes. */
final class LossWeights {
  private LossWeights() {}

  /** The weights on x's device; null where there are none. */
  static Tensor beside(Tensor x, Tensor weights) {
    return weights == null ? null : weights.to(x.backend());
  }
}
