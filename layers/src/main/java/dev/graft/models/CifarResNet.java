package dev.graft.models;

import dev.graft.nn.BatchNorm2d;
import dev.graft.nn.Conv2d;
import dev.graft.nn.Identity;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.nn.Sequential;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The CIFAR form of the residual network (He et al., 2016, section 4.2) with shortcut A: images [n,
 * 3, h, w] (32×32 usually) to logits [n, classes]. {@code CifarResNet.of(20, 10, Rng.of(1))}. With
 * 0 classes there is no head: the output is the features. Without a generator (null) the weights
 * stay zero, to be loaded.
 */
public final class CifarResNet extends Layer implements Backbone {
  private final Conv2d conv1;
  private final BatchNorm2d bn1;
  private final List<Layer> layers = new ArrayList<>();
  private final int depth;
  private final int numFeatures;
  private Layer linear;

  private CifarResNet(int depth, int classes, Rng rng) {
    this.depth = depth;
    conv1 = child("conv1", Convolutions.conv(3, 16, 3, 1, rng));
    bn1 = child("bn1", new BatchNorm2d(16));
    int in = 16;
    for (int s = 0; s < 3; s++) {
      int planes = 16 << s;
      Layer[] stage = new Layer[(depth - 2) / 6];
      for (int b = 0; b < stage.length; b++) {
        int stride = b == 0 && s > 0 ? 2 : 1;
        Layer shortcut = stride == 1 ? null : new ShortcutA(planes / 4);
        stage[b] = new BasicBlock(in, planes, stride, shortcut, rng);
        in = planes;
      }
      layers.add(child("layer" + (s + 1), new Sequential(stage)));
    }
    numFeatures = in;
    linear =
        this.<Layer>child("linear", classes == 0 ? new Identity() : new Linear(in, classes, rng));
  }

  /**
   * The network of a given depth.
   *
   * @param depth 6n+2: 20, 32, 44, 56, 110, …
   * @throws IllegalArgumentException for another depth
   */
  public static CifarResNet of(int depth, int classes, Rng rng) {
    if (depth < 8 || (depth - 2) % 6 != 0) {
      throw new IllegalArgumentException(
          "resnet: the CIFAR form has depths 6n+2 (20, 32, 44, 56, 110): got " + depth);
    }
    return new CifarResNet(depth, classes, rng);
  }

  @Override
  protected Tensor forward(Tensor x) {
    return linear.apply(features(x));
  }

  @Override
  public Tensor features(Tensor x) {
    Tensor y = bn1.apply(conv1.apply(x)).relu();
    for (Layer layer : layers) {
      y = layer.apply(y);
    }
    return Functional.adaptiveAvgPool2d(y, 1, 1).flatten(1);
  }

  @Override
  public int numFeatures() {
    return numFeatures;
  }

  @Override
  public List<Layer> stages() {
    List<Layer> stages = new ArrayList<>(List.of(conv1, bn1));
    stages.addAll(layers);
    return stages;
  }

  @Override
  public Layer network() {
    return this;
  }

  @Override
  public Layer replaceHead(Layer head) {
    Layer before = linear;
    linear = child("linear", head);
    return before;
  }

  @Override
  public String headName() {
    return "linear";
  }

  @Override
  protected String describe() {
    return "depth " + depth;
  }
}
