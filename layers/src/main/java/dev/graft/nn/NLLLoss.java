package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Functional.Reduction;
import dev.graft.tensor.Tensor;

/** Negative log likelihood of log-probabilities [n, classes] against class indices. */
public record NLLLoss(Tensor classWeights, Reduction reduction) implements Loss {
  /** The mean, without weights. */
  public NLLLoss() {
    this(null, Reduction.MEAN);
  }

  @Override
  public Tensor apply(Tensor logProbs, int[] target) {
    Tensor weights = LossWeights.beside(logProbs, classWeights);
    return Functional.nllLoss(logProbs, target, weights, reduction);
  }
}
