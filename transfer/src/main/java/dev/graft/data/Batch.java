package dev.graft.data;

import dev.graft.tensor.Tensor;

/**
 * Examples for one step.
 *
 * @param x the examples [n, …]
 * @param labels the class of each
 * @param indices the position of each in the dataset
 */
public record Batch(Tensor x, int[] labels, int[] indices) {
  /** The number of examples. */
  public int size() {
    return labels.length;
  }

  @Override
  public String toString() {
    return "Batch " + x.shape();
  }
}
