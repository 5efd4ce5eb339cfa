package dev.graft.backend;

/** Batch normalisation (Ioffe and Szegedy, 2015) of x [n, c], [n, c, l] or [n, c, h, w]. */
public interface NormKernels {
  /** The mean and the biased variance of each channel, into mean [c] and var [c]; any strides. */
  void batchStatistics(View x, View mean, View var);

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
}
