package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Functional.Reduction;
import dev.graft.tensor.Tensor;

/**
 * The focal loss (Lin et al., 2017) of logits [n, classes] against class indices; gamma at least 0,
 * alpha [classes] or null.
 */
public record FocalLoss(float gamma, Tensor alpha, Reduction reduction) implements Loss {
  /** The mean, with gamma 2 and no alpha. */
  public FocalLoss() {
    this(2, null, Reduction.MEAN);
  }

  @Override
  public Tensor apply(Tensor logits, int[] target) {
    Tensor weights = LossWeights.beside(logits, alpha);
    return Functional.focalLoss(logits, target, gamma, weights, reduction);
  }
}
