package dev.graft.tensor;

import dev.graft.op.AdaptiveAvgPool2d;
import dev.graft.op.AdaptiveMaxPool2d;
import dev.graft.op.AvgPool2d;
import dev.graft.op.BatchNorm;
import dev.graft.op.BatchNormRelu;
import dev.graft.op.Conv2d;
import dev.graft.op.ConvParams;
import dev.graft.op.ConvTranspose2d;
import dev.graft.op.Dropout;
import dev.graft.op.Embedding;
import dev.graft.op.GroupNorm;
import dev.graft.op.Interpolate;
import dev.graft.op.InterpolateParams;
import dev.graft.op.LayerNorm;
import dev.graft.op.Linear;
import dev.graft.op.MaxPool2d;
import dev.graft.op.Node;
import dev.graft.op.Op;
import dev.graft.op.PoolParams;

/** The operations of networks that are not methods of {@link Tensor}, under PyTorch's names. */
public final class Functional extends FunctionalLosses {
  /** How the losses of rows or elements become one value. */
  public enum Reduction {
    /** Their mean; with class weights the weighted mean. */
    MEAN,
    SUM,
    /** They stay as they are. */
    NONE,
    /** Their sum divided by the batch size: the KL divergence's definition. */
    BATCHMEAN
  }

  private Functional() {}

  /** {@code x·weightᵀ + bias}: x [.., in], weight [out, in], bias [out] or null. */
  public static Tensor linear(Tensor x, Tensor weight, Tensor bias) {
    return bias == null
        ? Node.apply(new Linear(), x, weight)
        : Node.apply(new Linear(), x, weight, bias);
  }

  /** x [n, c, h, w], weight [out, c/groups, kh, kw], bias [out] or null. */
  public static Tensor conv2d(Tensor x, Tensor weight, Tensor bias, ConvParams params) {
    return bias == null
        ? Node.apply(new Conv2d(params), x, weight)
        : Node.apply(new Conv2d(params), x, weight, bias);
  }

  /** As {@link #convTranspose2d(Tensor, Tensor, Tensor, ConvParams, int, int)}, adding nothing. */
  public static Tensor convTranspose2d(Tensor x, Tensor weight, Tensor bias, ConvParams params) {
    return convTranspose2d(x, weight, bias, params, 0, 0);
  }

  /**
   * Transposed convolution (Zeiler et al., 2010): x [n, in, h, w], weight [in, out/groups, kh, kw],
   * bias [out] or null. The output padding adds rows at the bottom and columns on the right.
   */
  public static Tensor convTranspose2d(
      Tensor x,
      Tensor weight,
      Tensor bias,
      ConvParams params,
      int outputPaddingH,
      int outputPaddingW) {
    ConvTranspose2d op = new ConvTranspose2d(params, outputPaddingH, outputPaddingW);
    return bias == null ? Node.apply(op, x, weight) : Node.apply(op, x, weight, bias);
  }

  public static Tensor maxPool2d(Tensor x, PoolParams params) {
    return Node.apply(new MaxPool2d(params), x);
  }

  /** With a square window that moves by its own size. */
  public static Tensor maxPool2d(Tensor x, int kernel) {
    return maxPool2d(x, PoolParams.of(kernel));
  }

  public static Tensor avgPool2d(Tensor x, PoolParams params) {
    return Node.apply(new AvgPool2d(params), x);
  }

  public static Tensor adaptiveAvgPool2d(Tensor x, int outH, int outW) {
    return Node.apply(new AdaptiveAvgPool2d(outH, outW), x);
  }

  public static Tensor adaptiveMaxPool2d(Tensor x, int outH, int outW) {
    return Node.apply(new AdaptiveMaxPool2d(outH, outW), x);
  }

  /**
   * Batch normalisation (Ioffe and Szegedy, 2015) of x [n, c, …]; the other tensors are [c]. In
   * training mode the running statistics are updated in place.
   */
  public static Tensor batchNorm(
      Tensor x,
      Tensor weight,
      Tensor bias,
      Tensor runningMean,
      Tensor runningVar,
      boolean training,
      float momentum,
      float eps) {
    return Node.apply(
        new BatchNorm(training, momentum, eps), x, weight, bias, runningMean, runningVar);
  }

  /**
   * {@code relu(batchNorm(x) + residual)} in training mode, as one operation of fewer passes over
   * memory; residual has x's shape, or is null.
   */
  public static Tensor batchNormRelu(
      Tensor x,
      Tensor weight,
      Tensor bias,
      Tensor runningMean,
      Tensor runningVar,
      Tensor residual,
      float momentum,
      float eps) {
    Op op = new BatchNormRelu(momentum, eps);
    return residual == null
        ? Node.apply(op, x, weight, bias, runningMean, runningVar)
        : Node.apply(op, x, weight, bias, residual, runningMean, runningVar);
  }

  /**
   * Layer normalisation (Ba et al., 2016) over the last dimensions of x, {@code normalizedShape};
   * weight and bias have that shape, or are null.
   */
  public static Tensor layerNorm(
      Tensor x, Shape normalizedShape, Tensor weight, Tensor bias, float eps) {
    return normalized(new LayerNorm(normalizedShape, eps), x, normalizedShape, weight, bias);
  }

  /**
   * Group normalisation (Wu and He, 2018) of x [n, c, …] by groups of neighbouring channels; weight
   * and bias are [c], or null.
   */
  public static Tensor groupNorm(Tensor x, int groups, Tensor weight, Tensor bias, float eps) {
    Shape perChannel = Shape.of(x.rank() < 2 ? 0 : x.dim(1));
    return normalized(new GroupNorm(groups, eps), x, perChannel, weight, bias);
  }

  private static Tensor normalized(Op op, Tensor x, Shape shape, Tensor weight, Tensor bias) {
    if (weight == null && bias == null) {
      return Node.apply(op, x);
    }
    Tensor scale = weight == null ? Tensor.ones(shape.toArray()).to(x.backend()) : weight;
    return bias == null ? Node.apply(op, x, scale) : Node.apply(op, x, scale, bias);
  }

  /**
   * Instance normalisation (Ulyanov et al., 2016) of x [n, c, h, w]: each image's channels by
   * themselves; weight and bias are [c], or null.
   */
  public static Tensor instanceNorm(Tensor x, Tensor weight, Tensor bias, float eps) {
    if (x.rank() < 3 || x.numel() == x.dim(0) * x.dim(1)) {
      throw ShapeException.of(
          "instance_norm: needs input [n, c, …] with more than one value per channel: got %s",
          x.shape());
    }
    return groupNorm(x, Math.max(1, x.dim(1)), weight, bias, eps);
  }

  /** Resizes x [n, c, h, w]. */
  public static Tensor interpolate(Tensor x, InterpolateParams params) {
    return Node.apply(new Interpolate(params), x);
  }

  /** The rows of weight [num, dim] that {@code index}, of shape {@code shape}, names. */
  public static Tensor embedding(Tensor weight, int[] index, Shape shape) {
    return Node.apply(new Embedding(index.clone(), shape, -1), weight);
  }

  /**
   * The same, where row {@code paddingIdx} gets no gradient; a negative one counts from the end.
   *
   * @throws ShapeException if an index, or paddingIdx, is out of range
   */
  public static Tensor embedding(Tensor weight, int[] index, Shape shape, int paddingIdx) {
    int rows = weight.dim(0);
    if (paddingIdx < -rows || paddingIdx >= rows) {
      throw ShapeException.of(
          "embedding: padding index %d is out of range: weight %s has %d rows",
          paddingIdx, weight.shape(), rows);
    }
    int row = paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
    return Node.apply(new Embedding(index.clone(), shape, row), weight);
  }

  /** Zeroes elements with probability p (Srivastava et al., 2014); the seed decides which. */
  public static Tensor dropout(Tensor x, float p, long seed) {
    return Node.apply(new Dropout(p, seed, false), x);
  }

  /** Zeroes whole channels of x [n, c, h, w] with probability p (Tompson et al., 2015). */
  public static Tensor dropout2d(Tensor x, float p, long seed) {
    return Node.apply(new Dropout(p, seed, true), x);
  }

  /**
   * Class indices as rows [n, classes] of zeros with a 1.
   *
   * @throws ShapeException if an index is not a class
   */
  public static Tensor oneHot(int[] labels, int classes) {
    float[] data = new float[Shape.of(labels.length, classes).numel()];
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw ShapeException.of(
            "one_hot: label %d of row %d is out of range: there are %d classes (0 … %d)",
            labels[i], i, classes, classes - 1);
      }
      data[i * classes + labels[i]] = 1;
    }
    return Tensor.of(data, labels.length, classes);
  }
}
