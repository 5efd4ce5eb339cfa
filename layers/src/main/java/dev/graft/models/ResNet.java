package dev.graft.models;

import dev.graft.models.Architecture.Form;
import dev.graft.nn.BatchNorm2d;
import dev.graft.nn.Conv2d;
import dev.graft.nn.Identity;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.nn.Sequential;
import dev.graft.op.PoolParams;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The ImageNet form of the residual network (He et al., 2016), with torchvision's names: images [n,
 * 3, h, w] (224×224 usually) to logits [n, classes]. {@code ResNet.of(18, 1000, Rng.of(1))}. With 0
 * classes there is no head: the output is the features. Without a generator (null) the weights stay
 * zero, to be loaded.
 */
public final class ResNet extends Layer implements Backbone {
  private static final PoolParams STEM_POOL = PoolParams.of(3).withStride(2).withPadding(1);

  private final Conv2d conv1;
  private final BatchNorm2d bn1;
  private final List<Layer> layers = new ArrayList<>();
  private final String name;
  private final int numFeatures;
  private Layer fc;

  private ResNet(Form form, int depth, int classes, Rng rng) {
    name = new Architecture(form, depth, classes).name();
    int[] blocks = blocks(depth);
    boolean bottleneck = depth >= 50;
    conv1 = child("conv1", Convolutions.conv(3, 64, 7, 2, rng));
    bn1 = child("bn1", new BatchNorm2d(64));
    int expansion = bottleneck ? Bottleneck.EXPANSION : 1;
    int in = 64;
    for (int s = 0; s < blocks.length; s++) {
      int planes = 64 << s;
      Layer[] stage = new Layer[blocks[s]];
      for (int b = 0; b < stage.length; b++) {
        int stride = b == 0 && s > 0 ? 2 : 1;
        int out = planes * expansion;
        Layer downsample = stride == 1 && in == out ? null : downsample(in, out, stride, rng);
        stage[b] =
            bottleneck
                ? new Bottleneck(
                    in, planes, form.width(planes), stride, form.groups(), downsample, rng)
                : new BasicBlock(in, planes, stride, downsample, rng);
        in = out;
      }
      layers.add(child("layer" + (s + 1), new Sequential(stage)));
    }
    numFeatures = in;
    fc = this.<Layer>child("fc", classes == 0 ? new Identity() : new Linear(in, classes, rng));
  }

  private static Layer downsample(int in, int out, int stride, Rng rng) {
    return new Sequential(Convolutions.conv(in, out, 1, stride, rng), new BatchNorm2d(out));
  }

  /**
   * The network of a given depth.
   *
   * @param depth 18, 34, 50, 101 or 152
   * @throws IllegalArgumentException for another depth
   */
  public static ResNet of(int depth, int classes, Rng rng) {
    return of(Form.IMAGENET, depth, classes, rng);
  }

  /**
   * The network of a given form and depth.
   *
   * @param form any but the CIFAR form; wide and grouped forms have depths from 50
   * @throws IllegalArgumentException for another form or depth
   */
  public static ResNet of(Form form, int depth, int classes, Rng rng) {
    if (form == Form.CIFAR || (form != Form.IMAGENET && depth < 50)) {
      throw new IllegalArgumentException(
          "resnet: no " + form + " form of depth " + depth + " here; see CifarResNet for CIFAR");
    }
    return new ResNet(form, depth, classes, rng);
  }

  private static int[] blocks(int depth) {
    return switch (depth) {
      case 18 -> new int[] {2, 2, 2, 2};
      case 34, 50 -> new int[] {3, 4, 6, 3};
      case 101 -> new int[] {3, 4, 23, 3};
      case 152 -> new int[] {3, 8, 36, 3};
      default ->
          throw new IllegalArgumentException(
              "resnet: unknown depth: " + depth + "; use 18, 34, 50, 101 or 152");
    };
  }

  @Override
  protected Tensor forward(Tensor x) {
    return fc.apply(features(x));
  }

  @Override
  public Tensor features(Tensor x) {
    Tensor y = Functional.maxPool2d(bn1.apply(conv1.apply(x)).relu(), STEM_POOL);
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
    Layer before = fc;
    fc = child("fc", head);
    return before;
  }

  @Override
  public String headName() {
    return "fc";
  }

  @Override
  protected String describe() {
    return name;
  }
}
