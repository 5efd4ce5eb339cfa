package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** A trainable tensor of a layer, under its name in that layer ({@code weight}, {@code bias}). */
public record Parameter(String name, Tensor tensor) {
  public boolean isTrainable() {
    return tensor.requiresGrad();
  }

  /** {@code weight [64, 3, 7, 7]}, and whether it is frozen. */
  @Override
  public String toString() {
    return name + " " + tensor.shape() + (isTrainable() ? "" : " frozen");
  }
}
