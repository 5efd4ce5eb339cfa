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
    return Functional.binaryCrossEntropyWithLogits(x, target, weight, posWeight, reduction);
  }
}
