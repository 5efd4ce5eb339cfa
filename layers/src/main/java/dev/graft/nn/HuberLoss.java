package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Functional.Reduction;
import dev.graft.tensor.Tensor;

/** Half the squared error near 0, a line from delta on (Huber, 1964); delta is positive. */
public record HuberLoss(float delta, Reduction reduction) {
  /** The mean, with delta 1. */
  public HuberLoss() {
    this(1, Reduction.MEAN);
  }

  public Tensor apply(Tensor x, Tensor target) {
    return Functional.huberLoss(x, target, delta, reduction);
  }
}
