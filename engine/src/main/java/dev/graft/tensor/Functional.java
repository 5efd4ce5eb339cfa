package dev.graft.tensor;

import dev.graft.op.AdaptiveAvgPool2d;
import dev.graft.op.AdaptiveMaxPool2d;
import dev.graft.op.AvgPool2d;
import dev.graft.op.BatchNorm;
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
import dev.graft.op.Nll;
import dev.graft.op.Node;
import dev.graft.op.Op;
import dev.graft.op.PoolParams;

/** The operations of networks that are not methods of {@link Tensor}, under PyTorch's names. */
public final class Functional {
  /** How a loss per row becomes one value. */
  public enum Reduction {
    MEAN,
    SUM,
    NONE
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

  /** Mean cross-entropy of logits [n, classes] against class indices. */
  public static Tensor crossEntropy(Tensor logits, int[] target) {
    return crossEntropy(logits, target, null, 0, Reduction.MEAN);
  }

  /**
   * Cross-entropy of logits [n, classes]; classWeights [classes] or null; smoothing in [0, 1] moves
   * that part of the target to all classes evenly (Szegedy et al., 2016). A negative target ignores
   * its row.
   */
  public static Tensor crossEntropy(
      Tensor logits, int[] target, Tensor classWeights, float smoothing, Reduction reduction) {
    if (!(smoothing >= 0 && smoothing <= 1)) {
      throw new IllegalArgumentException(
          "cross_entropy: label smoothing must be between 0 and 1: " + smoothing);
    }
    return nll(logits.logSoftmax(-1), target, classWeights, smoothing, reduction);
  }

  /** Mean negative log likelihood of log-probabilities [n, classes]. */
  public static Tensor nllLoss(Tensor logProbs, int[] target) {
    return nllLoss(logProbs, target, null, Reduction.MEAN);
  }

  public static Tensor nllLoss(
      Tensor logProbs, int[] target, Tensor classWeights, Reduction reduction) {
    return nll(logProbs, target, classWeights, 0, reduction);
  }

  private static Tensor nll(
      Tensor logProbs, int[] target, Tensor weight, float smoothing, Reduction reduction) {
    Nll op = new Nll(target.clone(), smoothing);
    Tensor rows = weight == null ? Node.apply(op, logProbs) : Node.apply(op, logProbs, weight);
    return switch (reduction) {
      case NONE -> rows;
      case SUM -> rows.sum();
      case MEAN -> rows.sum().div(totalWeight(target, weight));
    };
  }

  /** What a mean divides by: the weights of the targets that are not ignored. */
  private static float totalWeight(int[] target, Tensor weight) {
    float[] weights = weight == null ? null : weight.toArray();
    double total = 0;
    for (int t : target) {
      total += t < 0 ? 0 : weights == null ? 1 : weights[t];
    }
    return (float) total;
  }

  /** Mean squared error. */
  public static Tensor mseLoss(Tensor x, Tensor target) {
    return mseLoss(x, target, Reduction.MEAN);
  }

  public static Tensor mseLoss(Tensor x, Tensor target, Reduction reduction) {
    if (!x.shape().equals(target.shape())) {
      throw ShapeException.of(
          "mse_loss: input %s and target %s differ in shape", x.shape(), target.shape());
    }
    Tensor squares = x.sub(target).square();
    return switch (reduction) {
      case NONE -> squares;
      case SUM -> squares.sum();
      case MEAN -> squares.mean();
    };
  }
}
