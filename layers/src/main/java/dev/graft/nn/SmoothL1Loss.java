package dev.graft.nn;

import dev.graft.tensor.Functional;
import dev.graft.tensor.Functional.Reduction;
import dev.graft.tensor.Tensor;

/** Squared error near 0, absolute error from beta on (Girshick, 2015); beta at least 0. */
public record SmoothL1Loss(float beta, Reduction reduction) {
  /** The mean, with beta 1. */
  public SmoothL1Loss() {
    this(1, Reduction.MEAN);
  }

  public Tensor apply(Tensor x, Tensor target) {
    return Functional.smoothL1Loss(x, target, beta, reduction);
  }
}
