package dev.graft.peers;

import dev.graft.models.Architecture;
import dev.graft.nn.CrossEntropyLoss;
import dev.graft.nn.Layer;
import dev.graft.nn.Loss;
import dev.graft.nn.NLLLoss;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import dev.graft.weights.Safetensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;

/** A network and a batch to train it on: weights, images, labels and recipe, always the same. */
record TrainWork(String model, int batch) {
  static final String ARTICLE = "article";

  boolean isArticle() {
    return model.equals(ARTICLE);
  }

  /** The network with its first weights, in training mode. */
  Layer network(float dropout) {
    Layer network =
        isArticle()
            ? new ArticleNet(Rng.of(1), dropout)
            : Architecture.of(model, classes()).build(Rng.of(1));
    return network.train();
  }

  private int classes() {
    return model.startsWith("resnet") ? 1000 : 10;
  }

  Shape shape() {
    return isArticle() ? Shape.of(batch, 1, 28, 28) : new Work(model, batch).shape();
  }

  float[] images() {
    return Product.normal(shape().numel(), 3);
  }

  int[] labels() {
    int[] labels = new int[batch];
    for (int i = 0; i < batch; i++) {
      labels[i] = i * 7 % classes();
    }
    return labels;
  }

  Loss loss() {
    return isArticle() ? new NLLLoss() : new CrossEntropyLoss();
  }

  float learningRate() {
    return 0.01f;
  }

  float momentum() {
    return isArticle() ? 0.5f : 0.9f;
  }

  float weightDecay() {
    return isArticle() ? 0 : 1e-4f;
  }

  /** All of it in a file, for another process. */
  Path write(Path folder) {
    StateDict state = new StateDict();
    network(0).stateDict().tensors().forEach(state::put);
    int[] labels = labels();
    float[] asFloats = new float[labels.length];
    for (int i = 0; i < labels.length; i++) {
      asFloats[i] = labels[i];
    }
    state.put("images", Tensor.of(images(), shape().toArray()));
    state.put("labels", Tensor.of(asFloats, batch));
    Map<String, String> recipe =
        Map.of(
            "model", model,
            "lr", Float.toString(learningRate()),
            "momentum", Float.toString(momentum()),
            "weight_decay", Float.toString(weightDecay()));
    Path file = folder.resolve(model + "-" + batch + ".safetensors");
    try {
      Safetensors.write(file, state, recipe);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }

  @Override
  public String toString() {
    return model + " b" + batch;
  }
}
