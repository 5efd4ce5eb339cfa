package dev.graft.nn;

import dev.graft.backend.UnaryKind;
import dev.graft.backend.View;
import dev.graft.tensor.Functional;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/** What {@link BatchNorm1d} and {@link BatchNorm2d} share; they differ in the inputs they take. */
abstract class BatchNorm extends Layer {
  private static final float MOMENTUM = 0.1f;
  private static final float EPS = 1e-5f;

  private final Tensor weight;
  private final Tensor bias;
  private final Tensor runningMean;
  private final Tensor runningVar;
  private final Tensor batches;
  private final float momentum;
  private final float eps;

  BatchNorm(int channels) {
    this(channels, MOMENTUM, EPS);
  }

  BatchNorm(int channels, float momentum, float eps) {
    this.momentum = momentum;
    this.eps = eps;
    weight = param("weight", Tensor.ones(channels));
    bias = param("bias", Tensor.zeros(channels));
    runningMean = buffer("running_mean", Tensor.zeros(channels));
    runningVar = buffer("running_var", Tensor.ones(channels));
    batches = buffer("num_batches_tracked", Tensor.scalar(0));
  }

  /**
   * @throws ShapeException unless the rank is one that the layer takes
   */
  abstract void checkRank(Tensor x);

  public Tensor weight() {
    return weight;
  }

  public Tensor bias() {
    return bias;
  }

  @Override
  protected Tensor forward(Tensor x) {
    checkRank(x);
    boolean training = isTraining();
    Tensor y =
        Functional.batchNorm(x, weight, bias, runningMean, runningVar, training, momentum, eps);
    if (training) {
      countBatch();
    }
    return y;
  }

  private void countBatch() {
    View count = batches.view();
    batches.backend().elementwise().unary(UnaryKind.ADD_SCALAR, 1, 0, count, count);
    count.buffer().changed();
  }

  /**
   * {@code relu(apply(x) + residual)}; in training mode one operation of fewer passes over memory.
   *
   * @param residual of x's shape, or null for none
   * @throws ShapeException if the inputs do not fit; the message names the layer's path
   */
  public final Tensor applyRelu(Tensor x, Tensor residual) {
    if (isTraining()) {
      return located(() -> forwardRelu(x, residual));
    }
    Tensor y = apply(x);
    return (residual == null ? y : y.add(residual)).relu();
  }

  private Tensor forwardRelu(Tensor x, Tensor residual) {
    checkRank(x);
    Tensor y =
        Functional.batchNormRelu(x, weight, bias, runningMean, runningVar, residual, momentum, eps);
    countBatch();
    return y;
  }

  @Override
  protected String describe() {
    return Integer.toString(weight.dim(0));
  }
}
