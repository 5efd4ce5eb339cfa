package dev.graft.models;

import dev.graft.nn.BatchNorm2d;
import dev.graft.nn.Identity;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.op.PoolParams;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The residual network (He et al., 2016) in all its variants, with torchvision's names: images [n,
 * 3, h, w] (224×224 usually; the CIFAR form 32×32) to logits [n, classes]. {@code ResNet.of(18,
 * 1000, Rng.of(1))}. With 0 classes there is no head: the output is the features. Without a
 * generator (null) the weights stay zero, to be loaded.
 */
public final class ResNet extends Layer implements Backbone {
  private static final PoolParams STEM_POOL = PoolParams.of(3).withStride(2).withPadding(1);

  private final Architecture architecture;
  private final Layer conv1;
  private final BatchNorm2d bn1;
  private final List<Layer> layers = new ArrayList<>();
  private Layer head;

  private ResNet(Architecture architecture, Rng rng) {
    this.architecture = architecture;
    Stem stem = architecture.stem();
    conv1 = this.<Layer>child("conv1", Stage.stem(stem, rng));
    bn1 = child("bn1", new BatchNorm2d(stem.out()));
    int in = stem.out();
    for (int s = 0; s < architecture.blocks().size(); s++) {
      layers.add(child("layer" + (s + 1), Stage.of(architecture, s, in, rng)));
      in = architecture.planes(s) * architecture.block().expansion();
    }
    int classes = architecture.classes();
    head =
        this.<Layer>child(headName(), classes == 0 ? new Identity() : new Linear(in, classes, rng));
  }

  /** The network of an architecture. */
  public static ResNet of(Architecture architecture, Rng rng) {
    return new ResNet(architecture, rng);
  }

  /**
   * The plain ImageNet form of a given depth.
   *
   * @param depth 18, 34, 50, 101 or 152, or one of timm's: 26, 200
   * @throws IllegalArgumentException for another depth
   */
  public static ResNet of(int depth, int classes, Rng rng) {
    return of(Architecture.of("resnet" + depth, classes), rng);
  }

  /**
   * The CIFAR form (section 4.2) with shortcut A.
   *
   * @param depth 6n+2: 20, 32, 44, 56, 110, …
   * @throws IllegalArgumentException for another depth
   */
  public static ResNet cifar(int depth, int classes, Rng rng) {
    if (depth < 8 || (depth - 2) % 6 != 0) {
      throw new IllegalArgumentException(
          "resnet: the CIFAR form has depths 6n+2 (20, 32, 44, 56, 110, 1202): got " + depth);
    }
    return of(Variants.cifar((depth - 2) / 6).withClasses(classes), rng);
  }

  /** What it was built as; {@link #replaceHead} does not change it. */
  public Architecture architecture() {
    return architecture;
  }

  @Override
  protected Tensor forward(Tensor x) {
    return head.apply(features(x));
  }

  @Override
  public Tensor features(Tensor x) {
    Tensor y = bn1.applyRelu(conv1.apply(x), null);
    if (!architecture.stem().small()) {
      y = Functional.maxPool2d(y, STEM_POOL);
    }
    for (Layer layer : layers) {
      y = layer.apply(y);
    }
    return Functional.adaptiveAvgPool2d(y, 1, 1).flatten(1);
  }

  @Override
  public int numFeatures() {
    return architecture.numFeatures();
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
  public Layer replaceHead(Layer layer) {
    Layer before = head;
    head = child(headName(), layer);
    return before;
  }

  @Override
  public String headName() {
    return architecture.headName();
  }

  @Override
  protected String describe() {
    return architecture.name();
  }
}
