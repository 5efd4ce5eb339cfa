package dev.graft.models;

import dev.graft.nn.BatchNorm2d;
import dev.graft.nn.Conv2d;
import dev.graft.nn.Layer;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;

/** Two 3×3 convolutions and a shortcut (He et al., 2016). */
final class BasicBlock extends Layer {
  private final Conv2d conv1;
  private final BatchNorm2d bn1;
  private final Conv2d conv2;
  private final BatchNorm2d bn2;
  private final Layer shortcut;

  /**
   * @param shortcut registered as {@code downsample} if it has parameters; null for the identity
   */
  BasicBlock(int in, int planes, int stride, Layer shortcut, Rng rng) {
    conv1 = child("conv1", Convolutions.conv(in, planes, 3, stride, rng));
    bn1 = child("bn1", new BatchNorm2d(planes));
    conv2 = child("conv2", Convolutions.conv(planes, planes, 3, 1, rng));
    bn2 = child("bn2", new BatchNorm2d(planes));
    this.shortcut = shortcut;
    if (shortcut != null) {
      child(shortcut.numParameters() > 0 ? "downsample" : "shortcut", shortcut);
    }
  }

  @Override
  protected Tensor forward(Tensor x) {
    Tensor y = conv2.apply(bn1.applyRelu(conv1.apply(x), null));
    return bn2.applyRelu(y, shortcut(x));
  }

  private Tensor shortcut(Tensor x) {
    return shortcut == null ? x : shortcut.apply(x);
  }
}
