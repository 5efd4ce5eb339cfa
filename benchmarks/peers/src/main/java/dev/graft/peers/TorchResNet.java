package dev.graft.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import dev.graft.tensor.StateDict;
import java.util.LinkedHashMap;
import java.util.Map;

/** The ResNets by PyTorch's operations, from a state dict alone: its names and shapes say which. */
final class TorchResNet implements TorchNet {
  private static final int CHANNELS = 1;
  private static final float MOMENTUM = 0.9f;
  private static final float EPS = 1e-5f;

  private final Map<String, NDArray> weights = new LinkedHashMap<>();
  private final boolean cifar;

  TorchResNet(NDManager manager, StateDict state) {
    state
        .tensors()
        .forEach((name, t) -> weights.put(name, Libtorch.array(manager, t.toArray(), t.shape())));
    cifar = weights.containsKey("linear.weight");
  }

  @Override
  public Map<String, NDArray> parameters() {
    Map<String, NDArray> parameters = new LinkedHashMap<>(weights);
    parameters.keySet().removeIf(n -> n.contains("running_") || n.contains("num_batches"));
    return parameters;
  }

  @Override
  public NDArray forward(NDArray images, boolean training) {
    NDArray x = Activation.relu(norm(conv(images, "conv1", cifar ? 1 : 2), "bn1", training));
    if (!cifar) {
      x = Pool.maxPool2d(x, new Shape(3, 3), new Shape(2, 2), new Shape(1, 1), false);
    }
    for (int stage = 1; weights.containsKey("layer" + stage + ".0.conv1.weight"); stage++) {
      for (int block = 0; ; block++) {
        String name = "layer" + stage + "." + block;
        if (!weights.containsKey(name + ".conv1.weight")) {
          break;
        }
        x = block(x, name, block == 0 && stage > 1 ? 2 : 1, training);
      }
    }
    NDArray features = Pool.globalAvgPool2d(x);
    String head = cifar ? "linear" : "fc";
    return Linear.linear(features, weights.get(head + ".weight"), weights.get(head + ".bias"))
        .singletonOrThrow();
  }

  private NDArray block(NDArray x, String name, int stride, boolean training) {
    boolean bottleneck = weights.containsKey(name + ".conv3.weight");
    NDArray y = conv(x, name + ".conv1", bottleneck ? 1 : stride);
    y = Activation.relu(norm(y, name + ".bn1", training));
    y = norm(conv(y, name + ".conv2", bottleneck ? stride : 1), name + ".bn2", training);
    if (bottleneck) {
      y = norm(conv(Activation.relu(y), name + ".conv3", 1), name + ".bn3", training);
    }
    return Activation.relu(y.add(shortcut(x, name, stride, training)));
  }

  private NDArray shortcut(NDArray x, String name, int stride, boolean training) {
    if (weights.containsKey(name + ".downsample.0.weight")) {
      return norm(conv(x, name + ".downsample.0", stride), name + ".downsample.1", training);
    }
    if (stride == 1) {
      return x;
    }
    // Option A: every second pixel, and as many zero channels more as there are.
    NDArray half = x.get(new NDIndex(":, :, ::2, ::2"));
    long[] s = half.getShape().getShape();
    NDArray zeros = half.getManager().zeros(new Shape(s[0], s[1] / 2, s[2], s[3]));
    return NDArrays.concat(new NDList(zeros, half, zeros), CHANNELS);
  }

  private NDArray conv(NDArray x, String name, int stride) {
    NDArray weight = weights.get(name + ".weight");
    long kernel = weight.getShape().get(2);
    int groups = (int) (x.getShape().get(1) / weight.getShape().get(1));
    Shape pad = new Shape(kernel / 2, kernel / 2);
    return Conv2d.conv2d(x, weight, null, new Shape(stride, stride), pad, new Shape(1, 1), groups)
        .singletonOrThrow();
  }

  private NDArray norm(NDArray x, String name, boolean training) {
    return BatchNorm.batchNorm(
            x,
            weights.get(name + ".running_mean"),
            weights.get(name + ".running_var"),
            weights.get(name + ".weight"),
            weights.get(name + ".bias"),
            CHANNELS,
            MOMENTUM,
            EPS,
            training)
        .singletonOrThrow();
  }
}
