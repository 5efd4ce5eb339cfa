package dev.graft.tensor;

import dev.graft.op.AdaptiveAvgPool2d;
import dev.graft.op.AvgPool2d;
import dev.graft.op.BatchNorm;
import dev.graft.op.Conv2d;
import dev.graft.op.ConvParams;
import dev.graft.op.Dropout;
import dev.graft.op.Linear;
import dev.graft.op.MaxPool2d;
import dev.graft.op.Nll;
import dev.graft.op.Node;
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
