package dev.graft.models;

import dev.graft.nn.BatchNorm2d;
import dev.graft.nn.Conv2d;
import dev.graft.nn.Layer;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;

/**
 * 1×1, 3×3 and 1×1 convolutions and a shortcut (He et al., 2016). The 3×3 may have groups (Xie et
 * al., 2017) or be wider (Zagoruyko and Komodakis, 2016).
 */
final class Bottleneck extends Layer {
  private final Conv2d conv1;
  private final BatchNorm2d bn1;
  private final Conv2d conv2;
  private final BatchNorm2d bn2;
  private final Conv2d conv3;
  private final BatchNorm2d bn3;
  private final Layer downsample;

  /**
   * @param width channels of the 3×3 convolution
   * @param strides of the first 1×1 and of the 3×3 convolution
   */
  Bottleneck(int in, int out, int width, int[] strides, int groups, Layer downsample, Rng rng) {
    conv1 = child("conv1", Convolutions.conv(in, width, 1, strides[0], rng));
    bn1 = child("bn1", new BatchNorm2d(width));
    conv2 = child("conv2", Convolutions.grouped(width, width, 3, strides[1], groups, rng));
    bn2 = child("bn2", new BatchNorm2d(width));
    conv3 = child("conv3", Convolutions.conv(width, out, 1, 1, rng));
    bn3 = child("bn3", new BatchNorm2d(out));
    this.downsample = downsample == null ? null : child("downsample", downsample);
  }

  @Override
  protected Tensor forward(Tensor x) {
    Tensor y = bn1.applyRelu(conv1.apply(x), null);
    y = conv3.apply(bn2.applyRelu(conv2.apply(y), null));
    return bn3.applyRelu(y, shortcut(x));
  }

  private Tensor shortcut(Tensor x) {
    return downsample == null ? x : downsample.apply(x);
  }
}
