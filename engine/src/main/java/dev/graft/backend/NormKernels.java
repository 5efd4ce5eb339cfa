package dev.graft.backend;

import dev.graft.tensor.Layout;

/** Batch normalisation (Ioffe and Szegedy, 2015) of x [n, c], [n, c, l] or [n, c, h, w]. */
public interface NormKernels {
  /** The mean and the biased variance of each channel, into mean [c] and var [c]; any strides. */
  void batchStatistics(View x, View mean, View var);

  /**
   * Moves a running statistic [c] towards a batch's, which is dense, in place: {@code running = (1
   * − momentum)·running + momentum·scale·batch}. running has any stride.
   */
  default void follow(View running, View batch, float momentum, double scale) {
    float[] r = values(running);
    float[] b = values(batch);
    for (int i = 0; i < r.length; i++) {
      r[i] = (float) ((1.0 - momentum) * r[i] + momentum * scale * b[i]);
      running.buffer().write(running.offset() + i * running.stride(0), r, i, 1);
    }
  }

  /** {@code out = 1/√(var + eps)}; var [c] has any stride, out is dense. */
  default void invStd(View var, float eps, View out) {
    float[] v = values(var);
    for (int i = 0; i < v.length; i++) {
      v[i] = (float) (1 / Math.sqrt((double) v[i] + eps));
    }
    out.buffer().write(out.offset(), v, 0, v.length);
  }

  private static float[] values(View perChannel) {
    float[] values = new float[perChannel.numel()];
    for (int i = 0; i < values.length; i++) {
      int at = perChannel.offset() + i * perChannel.stride(0);
      perChannel.buffer().read(at, values, i, 1);
    }
    return values;
  }

  /**
   * {@code out = (x − mean)·invStd·weight + bias} by channel; x and out are dense in the same
   * order; weight and bias are [c] or null (1 and 0).
   */
  void normalize(View x, View mean, View invStd, View weight, View bias, View out);

  /**
   * The gradients, each null where not wanted. With {@code batchStatistics} mean and invStd were
   * x's own (training mode), else they were constants. x, gradOut and gradX are dense in the same
   * order.
   */
  void batchNormGrad(
      View x,
      View mean,
      View invStd,
      View weight,
      View gradOut,
      boolean batchStatistics,
      View gradX,
      View gradWeight,
      View gradBias);

  /**
   * {@code out = relu((x − mean)·invStd·weight + bias + residual)} by channel; x, residual, which
   * may be null (0), and out are dense in the same order; weight and bias are [c] or null.
   */
  default void normalizeRelu(
      View x, View mean, View invStd, View weight, View bias, View residual, View out) {
    ElementwiseKernels elementwise = out.buffer().backend().elementwise();
    normalize(x, mean, invStd, weight, bias, out);
    if (residual != null) {
      elementwise.binary(BinaryKind.ADD, out, residual, out);
    }
    elementwise.unary(UnaryKind.RELU, 0, 0, out, out);
  }

  /**
   * The gradients of {@link #normalizeRelu} where mean and invStd were x's own, each null where not
   * wanted; y is its result. Either masked or, where that is null, gradX may be gradOut itself.
   *
   * @param residual whether y has one: else y's sign follows from x
   * @param masked set to gradOut where y is positive, else 0: the residual's gradient; or null
   */
  default void batchNormReluGrad(
      View x,
      View mean,
      View invStd,
      View weight,
      View bias,
      View y,
      boolean residual,
      View gradOut,
      View masked,
      View gradX,
      View gradWeight,
      View gradBias) {
    Backend backend = x.buffer().backend();
    View kept =
        masked != null
            ? masked
            : new View(backend.allocate(x.numel()), Layout.dense(x.shape(), x.layout()));
    backend.elementwise().unaryGrad(UnaryKind.RELU, 0, 0, y, y, gradOut, kept);
    batchNormGrad(x, mean, invStd, weight, kept, true, gradX, gradWeight, gradBias);
    if (masked == null) {
      backend.release(kept.buffer());
    }
  }
}
