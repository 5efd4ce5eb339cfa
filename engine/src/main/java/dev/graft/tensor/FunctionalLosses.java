package dev.graft.tensor;

import dev.graft.backend.LossKind;
import dev.graft.op.ElementLoss;
import dev.graft.op.Nll;
import dev.graft.op.Node;
import dev.graft.tensor.Functional.Reduction;

/**
 * The losses of {@link Functional}. Each refuses, with the position, NaN or infinite inputs that
 * make its value so, and a mean over nothing.
 */
abstract sealed class FunctionalLosses extends FunctionalActivations permits Functional {
  // ---- against class indices: logits [n, classes] or [n, classes, …], one index per row or pixel

  /** Mean cross-entropy of logits [n, classes] against class indices. */
  public static Tensor crossEntropy(Tensor logits, int[] target) {
    return crossEntropy(logits, target, null, 0, Reduction.MEAN);
  }

  /**
   * Cross-entropy of logits [n, classes], or [n, classes, h, w] with n·h·w targets in row-major
   * order. classWeights [classes] or null; smoothing in [0, 1] moves that part of the target to all
   * classes evenly (Szegedy et al., 2016). A target of −100 ignores its row; the mean is over the
   * weights of the others.
   *
   * @throws ShapeException if a target is not a class
   * @throws IllegalArgumentException if there is nothing to average, or NaN or infinite logits make
   *     the loss so
   */
  public static Tensor crossEntropy(
      Tensor logits, int[] target, Tensor classWeights, float smoothing, Reduction reduction) {
    checkSmoothing(smoothing);
    Tensor rows = LossRows.of("cross_entropy", logits).logSoftmax(-1);
    return nll("cross_entropy", logits, rows, target, classWeights, smoothing, reduction);
  }

  /** Mean cross-entropy of logits [n, classes] against probabilities [n, classes]. */
  public static Tensor crossEntropy(Tensor logits, Tensor target) {
    return crossEntropy(logits, target, null, 0, Reduction.MEAN);
  }

  /**
   * Cross-entropy of logits [n, classes] or [n, classes, …] against probabilities of the same
   * shape: {@code −Σ w·t·log softmax}; weights and smoothing as with class indices. The mean is
   * over rows, whatever the weights.
   */
  public static Tensor crossEntropy(
      Tensor logits, Tensor target, Tensor classWeights, float smoothing, Reduction reduction) {
    String op = "cross_entropy";
    checkSmoothing(smoothing);
    LossRows.checkInput(op, logits);
    if (!target.shape().equals(logits.shape())) {
      throw ShapeException.of(
          "cross_entropy: target %s must be probabilities of the input's shape %s; class indices"
              + " go in an int[]",
          target.shape(), logits.shape());
    }
    int classes = logits.dim(1);
    Tensor soft = smoothing == 0 ? target : target.mul(1 - smoothing).add(smoothing / classes);
    if (classWeights != null) {
      soft = soft.mul(LossRows.alongClasses(op, classWeights, logits));
    }
    Tensor rows = logits.logSoftmax(1).mul(soft).sum(1).neg();
    Tensor loss = reduce(op, rows, logits, reduction);
    LossChecks.rows(op, loss, rows, "input", logits, false);
    LossChecks.rows(op, loss, rows, "target", target, false);
    return loss;
  }

  /** Mean negative log likelihood of log-probabilities [n, classes]. */
  public static Tensor nllLoss(Tensor logProbs, int[] target) {
    return nllLoss(logProbs, target, null, Reduction.MEAN);
  }

  /**
   * As {@link #crossEntropy(Tensor, int[], Tensor, float, Reduction)}, of log-probabilities. A
   * log-probability of −∞ gives an infinite loss.
   */
  public static Tensor nllLoss(
      Tensor logProbs, int[] target, Tensor classWeights, Reduction reduction) {
    Tensor rows = LossRows.of("nll_loss", logProbs);
    return nll("nll_loss", logProbs, rows, target, classWeights, 0, reduction);
  }

  private static Tensor nll(
      String op,
      Tensor input,
      Tensor logProbs,
      int[] target,
      Tensor weight,
      float smoothing,
      Reduction reduction) {
    Nll nll = new Nll(op, target.clone(), smoothing);
    Tensor rows = weight == null ? Node.apply(nll, logProbs) : Node.apply(nll, logProbs, weight);
    Tensor loss =
        reduction == Reduction.MEAN
            ? rows.sum().div(LossRows.totalWeight(op, input, target, weight))
            : reduce(op, LossRows.back(rows, input), input, reduction);
    LossChecks.rows(op, loss, rows, "input", input, op.equals("nll_loss"));
    return loss;
  }

  private static void checkSmoothing(float smoothing) {
    if (!(smoothing >= 0 && smoothing <= 1)) {
      throw new IllegalArgumentException(
          "cross_entropy: label smoothing must be between 0 and 1: " + smoothing);
    }
  }

  /** Mean focal loss of logits [n, classes] with gamma 2. */
  public static Tensor focalLoss(Tensor logits, int[] target) {
    return focalLoss(logits, target, 2, null, Reduction.MEAN);
  }

  /**
   * The focal loss (Lin et al., 2017) of logits [n, classes] or [n, classes, …]: {@code −α[t]·(1 −
   * p[t])^gamma·log p[t]} with p the softmax, alpha [classes] or null (all 1) and gamma at least 0;
   * gamma 0 is the cross-entropy. The mean is over the targets that are not negative, whatever
   * alpha.
   */
  public static Tensor focalLoss(
      Tensor logits, int[] target, float gamma, Tensor alpha, Reduction reduction) {
    String op = "focal_loss";
    if (!(gamma >= 0)) {
      throw new IllegalArgumentException("focal_loss: gamma must be at least 0: " + gamma);
    }
    Tensor logProbs = LossRows.of(op, logits).logSoftmax(-1);
    Tensor rows = Node.apply(new Nll(op, target.clone(), 0), logProbs);
    // Never exactly 0, whose power has an infinite slope for gamma below 1; there the loss is 0.
    Tensor missing = rows.neg().expm1().neg().clamp(1e-30f, 1);
    Tensor focal = missing.pow(gamma).mul(rows);
    if (alpha != null) {
      focal = focal.mul(LossRows.ofTargets(op, alpha, target, logits.dim(1)));
    }
    Tensor loss =
        reduction == Reduction.MEAN
            ? focal.sum().div(LossRows.totalWeight(op, logits, target, null))
            : reduce(op, LossRows.back(focal, logits), logits, reduction);
    LossChecks.rows(op, loss, focal, "input", logits, false);
    return loss;
  }

  // ---- of each element: input and target of one shape

  /** Mean squared error. */
  public static Tensor mseLoss(Tensor x, Tensor target) {
    return mseLoss(x, target, Reduction.MEAN);
  }

  public static Tensor mseLoss(Tensor x, Tensor target, Reduction reduction) {
    return elements(new ElementLoss(LossKind.MSE), x, target, reduction);
  }

  /** Mean absolute error. */
  public static Tensor l1Loss(Tensor x, Tensor target) {
    return l1Loss(x, target, Reduction.MEAN);
  }

  public static Tensor l1Loss(Tensor x, Tensor target, Reduction reduction) {
    return elements(new ElementLoss(LossKind.L1), x, target, reduction);
  }

  /** Mean smooth L1 loss with beta 1. */
  public static Tensor smoothL1Loss(Tensor x, Tensor target) {
    return smoothL1Loss(x, target, 1, Reduction.MEAN);
  }

  /**
   * Squared error over 2·beta where the error d is below beta, else |d| − beta/2 (Girshick, 2015);
   * beta at least 0, where 0 is the L1 loss.
   */
  public static Tensor smoothL1Loss(Tensor x, Tensor target, float beta, Reduction reduction) {
    if (!(beta >= 0)) {
      throw new IllegalArgumentException("smooth_l1_loss: beta must be at least 0: " + beta);
    }
    return elements(new ElementLoss(LossKind.SMOOTH_L1, beta), x, target, reduction);
  }

  /** Mean Huber loss with delta 1. */
  public static Tensor huberLoss(Tensor x, Tensor target) {
    return huberLoss(x, target, 1, Reduction.MEAN);
  }

  /** Half the squared error below delta, a line above (Huber, 1964); delta is positive. */
  public static Tensor huberLoss(Tensor x, Tensor target, float delta, Reduction reduction) {
    if (!(delta > 0)) {
      throw new IllegalArgumentException("huber_loss: delta must be positive: " + delta);
    }
    return elements(new ElementLoss(LossKind.HUBER, delta), x, target, reduction);
  }

  /** Mean binary cross-entropy of sigmoid(x) against probabilities. */
  public static Tensor binaryCrossEntropyWithLogits(Tensor x, Tensor target) {
    return binaryCrossEntropyWithLogits(x, target, null, null, Reduction.MEAN);
  }

  /**
   * Binary cross-entropy of sigmoid(x) against probabilities, without overflow for any finite x.
   *
   * @param weight a factor for each loss, broadcast, or null
   * @param posWeight a factor for the positive part of each, broadcast (such as [classes] for x [n,
   *     classes]), or null
   */
  public static Tensor binaryCrossEntropyWithLogits(
      Tensor x, Tensor target, Tensor weight, Tensor posWeight, Reduction reduction) {
    ElementLoss op = new ElementLoss(LossKind.BCE_WITH_LOGITS);
    Tensor each = Node.apply(op, x, target);
    if (posWeight != null) {
      // The positive part of the loss is t·softplus(−x).
      LossRows.checkFactor(op.name(), "pos_weight", posWeight, x);
      Tensor positive = x.neg().softplus().mul(target);
      each = each.add(positive.mul(posWeight.sub(1)));
    }
    if (weight != null) {
      LossRows.checkFactor(op.name(), "weight", weight, x);
      each = each.mul(weight);
    }
    return checked(op, each, x, target, reduction);
  }

  /**
   * Mean over all elements of the pointwise KL divergence; most want {@link Reduction#BATCHMEAN}.
   */
  public static Tensor klDiv(Tensor x, Tensor target) {
    return klDiv(x, target, Reduction.MEAN, false);
  }

  /**
   * The Kullback-Leibler divergence {@code target·(log target − x)} of each element, x being
   * log-probabilities; with logTarget the target is too. BATCHMEAN sums them and divides by the
   * first dimension. A log-probability x of −∞ gives an infinite loss.
   */
  public static Tensor klDiv(Tensor x, Tensor target, Reduction reduction, boolean logTarget) {
    ElementLoss op = new ElementLoss(logTarget ? LossKind.KL_DIV_LOG : LossKind.KL_DIV);
    return elements(op, x, target, reduction);
  }

  private static Tensor elements(ElementLoss op, Tensor x, Tensor target, Reduction reduction) {
    return checked(op, Node.apply(op, x, target), x, target, reduction);
  }

  private static Tensor checked(
      ElementLoss op, Tensor each, Tensor x, Tensor target, Reduction reduction) {
    Tensor loss = reduce(op.name(), each, x, reduction);
    LossChecks.elements(op, loss, each, x, target);
    return loss;
  }

  private static Tensor reduce(String op, Tensor losses, Tensor input, Reduction reduction) {
    if (reduction == Reduction.BATCHMEAN && !op.equals("kl_div")) {
      throw new IllegalArgumentException(
          op + ": reduction BATCHMEAN is for kl_div; use MEAN, SUM or NONE");
    }
    if (reduction == Reduction.MEAN || reduction == Reduction.BATCHMEAN) {
      LossChecks.notEmpty(op, input);
    }
    return switch (reduction) {
      case NONE -> losses;
      case SUM -> losses.sum();
      case MEAN -> losses.mean();
      case BATCHMEAN -> losses.sum().div(input.rank() == 0 ? 1 : input.dim(0));
    };
  }
}
