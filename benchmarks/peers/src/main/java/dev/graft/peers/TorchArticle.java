package dev.graft.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.pooling.Pool;
import dev.graft.tensor.StateDict;
import java.util.LinkedHashMap;
import java.util.Map;

/** {@link ArticleNet} by PyTorch's operations. */
final class TorchArticle implements TorchNet {
  private static final Shape ONE = new Shape(1, 1);
  private static final Shape TWO = new Shape(2, 2);
  private static final Shape NONE = new Shape(0, 0);

  private final Map<String, NDArray> weights = new LinkedHashMap<>();
  private final float dropout;

  TorchArticle(NDManager manager, StateDict state, float dropout) {
    state
        .tensors()
        .forEach((name, t) -> weights.put(name, Libtorch.array(manager, t.toArray(), t.shape())));
    this.dropout = dropout;
  }

  @Override
  public Map<String, NDArray> parameters() {
    return weights;
  }

  @Override
  public NDArray forward(NDArray images, boolean training) {
    NDArray x = pooled(conv(images, "conv1"));
    x = pooled(channelDropout(conv(x, "conv2"), training));
    x = Activation.relu(linear(x.reshape(-1, 320), "fc1"));
    x = Dropout.dropout(x, dropout, training).singletonOrThrow();
    return linear(x, "fc2").logSoftmax(1);
  }

  private NDArray conv(NDArray x, String name) {
    NDArray weight = weights.get(name + ".weight");
    return Conv2d.conv2d(x, weight, weights.get(name + ".bias"), ONE, NONE, ONE).singletonOrThrow();
  }

  private static NDArray pooled(NDArray x) {
    return Activation.relu(Pool.maxPool2d(x, TWO, TWO, NONE, false));
  }

  /** DJL has no dropout of channels: dropout of a one for each does the same. */
  private NDArray channelDropout(NDArray x, boolean training) {
    Shape s = x.getShape();
    NDArray ones = x.getManager().ones(new Shape(s.get(0), s.get(1), 1, 1));
    return x.mul(Dropout.dropout(ones, dropout, training).singletonOrThrow());
  }

  private NDArray linear(NDArray x, String name) {
    return Linear.linear(x, weights.get(name + ".weight"), weights.get(name + ".bias"))
        .singletonOrThrow();
  }
}
