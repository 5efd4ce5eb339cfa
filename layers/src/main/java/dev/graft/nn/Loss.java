package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** A loss of a classifier's output against class indices. */
@FunctionalInterface
public interface Loss {
  /**
   * @param target one class index per row of output; −100 ignores its row
   */
  Tensor apply(Tensor output, int[] target);
}
