package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Functional.Reduction;
import dev.graft.tensor.Tensor;

/**
 * The Kullback-Leibler divergence of log-probabilities x from probabilities, or with logTarget from
 * log-probabilities.
 */
public record KLDivLoss(Reduction reduction, boolean logTarget) {
  /** The mean over all elements, PyTorch's default; most want BATCHMEAN. */
  public KLDivLoss() {
    this(Reduction.MEAN, false);
  }

  public KLDivLoss(Reduction reduction) {
    this(reduction, false);
  }

  public Tensor apply(Tensor x, Tensor target) {
    return Functional.klDiv(x, target, reduction, logTarget);
  }
}
