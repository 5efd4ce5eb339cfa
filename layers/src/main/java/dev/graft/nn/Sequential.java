package dev.graft.nn;

import dev.graft.tensor.Tensor;

/** Layers one after another, named 0, 1, 2, … */
public final class Sequential extends Layer {
  public Sequential(Layer... layers) {
    for (int i = 0; i < layers.length; i++) {
      child(Integer.toString(i), layers[i]);
    }
  }

  @Override
  protected Tensor forward(Tensor x) {
    Tensor y = x;
    for (Layer layer : children().values()) {
      y = layer.apply(y);
    }
    return y;
  }
}
