package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Functional.Reduction;
import dev.graft.tensor.Tensor;

/** Mean absolute error between two tensors of one shape. */
public record L1Loss(Reduction reduction) {
  public L1Loss() {
    this(Reduction.MEAN);
  }

  public Tensor apply(Tensor x, Tensor target) {
    return Functional.l1Loss(x, target, reduction);
  }
}
