package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Functional.Reduction;
import dev.graft.tensor.Tensor;

/** Mean squared error between two tensors of one shape. */
public record MSELoss(Reduction reduction) {
  public MSELoss() {
    this(Reduction.MEAN);
  }

  public Tensor apply(Tensor x, Tensor target) {
    return Functional.mseLoss(x, target, reduction);
  }
}
