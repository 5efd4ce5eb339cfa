package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** Merges all dimensions but the first: [n, c, h, w] becomes [n, c·h·w]. */
public final class Flatten extends Layer {
  @Override
  protected Tensor forward(Tensor x) {
    return x.flatten(1);
  }
}
