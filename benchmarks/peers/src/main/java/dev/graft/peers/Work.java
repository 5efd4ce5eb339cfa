package dev.graft.peers;

import dev.graft.models.Architecture;
import dev.graft.nn.Layer;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;

/** A network by name and a batch: weights and images, the same at every call. */
record Work(String model, int batch) {
  /** The network with random weights, and running statistics as training leaves them. */
  Layer network() {
    boolean cifar = isCifar();
    Layer network = Architecture.of(model, cifar ? 10 : 1000).build(Rng.of(1));
    Rng rng = Rng.of(2);
    network.stateDict().tensors().forEach((name, tensor) -> statistics(name, tensor, rng));
    return network.eval();
  }

  private static void statistics(String name, Tensor tensor, Rng rng) {
    if (name.endsWith("running_mean")) {
      tensor.assign(uniform(tensor.numel(), -0.2f, 0.2f, rng));
    } else if (name.endsWith("running_var")) {
      tensor.assign(uniform(tensor.numel(), 0.5f, 1.5f, rng));
    }
  }

  private static float[] uniform(int n, float low, float high, Rng rng) {
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = low + (high - low) * rng.nextFloat();
    }
    return values;
  }

  boolean isCifar() {
    return model.startsWith("cifar");
  }

  Shape shape() {
    int side = isCifar() ? 32 : 224;
    return Shape.of(batch, 3, side, side);
  }

  float[] images() {
    return Product.normal(shape().numel(), 3);
  }

  /** The weights by their names. */
  StateDict weights() {
    return network().stateDict();
  }

  @Override
  public String toString() {
    return model + " b" + batch;
  }
}
