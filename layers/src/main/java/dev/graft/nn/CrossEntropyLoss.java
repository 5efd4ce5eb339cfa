package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Functional.Reduction;
import dev.graft.tensor.Tensor;

/**
 * Cross-entropy of logits [n, classes] against class indices or probabilities, with optional class
 * weights and label smoothing (Szegedy et al., 2016).
 */
public record CrossEntropyLoss(Tensor classWeights, float labelSmoothing, Reduction reduction)
    implements Loss {
  /** The mean, without weights or smoothing. */
  public CrossEntropyLoss() {
    this(null, 0, Reduction.MEAN);
  }

  /** The mean, with label smoothing in [0, 1]. */
  public CrossEntropyLoss(float labelSmoothing) {
    this(null, labelSmoothing, Reduction.MEAN);
  }

  @Override
  public Tensor apply(Tensor logits, int[] target) {
    Tensor weights = LossWeights.beside(logits, classWeights);
    return Functional.crossEntropy(logits, target, weights, labelSmoothing, reduction);
  }

  /** Against probabilities of the logits' shape. */
  public Tensor apply(Tensor logits, Tensor target) {
    Tensor weights = LossWeights.beside(logits, classWeights);
    return Functional.crossEntropy(logits, target, weights, labelSmoothing, reduction);
  }
}
