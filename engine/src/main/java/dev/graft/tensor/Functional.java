package dev.graft.tensor;

import dev.graft.op.AdaptiveAvgPool2d;
import dev.graft.op.AvgPool2d;
import dev.graft.op.BatchNorm;
import dev.graft.op.Conv2d;
import dev.graft.op.ConvParams;
import dev.graft.op.Dropout;
import dev.graft.op.Linear;
import dev.graft.op.MaxPool2d;
import dev.graft.op.Node;
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

  public static Tensor maxPool2d(Tensor x, PoolParams params) {
    return Node.apply(new MaxPool2d(params), x);
  }

  public static Tensor avgPool2d(Tensor x, PoolParams params) {
    return Node.apply(new AvgPool2d(params), x);
  }

  public static Tensor adaptiveAvgPool2d(Tensor x, int outH, int outW) {
    return Node.apply(new AdaptiveAvgPool2d(outH, outW), x);
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
