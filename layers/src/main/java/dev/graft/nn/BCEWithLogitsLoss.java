package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Functional.Reduction;
import dev.graft.tensor.Tensor;

/**
 * Binary cross-entropy of sigmoid(x) against probabilities of the same shape; weight (of each loss)
 * and posWeight (of the positive parts) broadcast, or are null.
 */
public record BCEWithLogitsLoss(Tensor weight, Tensor posWeight, Reduction reduction) {
  /** The mean, without weights. */
  public BCEWithLogitsLoss() {
    this(null, null, Reduction.MEAN);
  }

  public Tensor apply(Tensor x, Tensor target) {
    Tensor each = LossWeights.beside(x, weight);
    Tensor positive = LossWeights.beside(x, posWeight);
    return Functional.binaryCrossEntropyWithLogits(x, target, each, positive, reduction);
  }
}
