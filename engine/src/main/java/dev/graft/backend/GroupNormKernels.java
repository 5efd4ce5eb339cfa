package dev.graft.backend;

/**
 * Normalisation within each sample: of x [n, c, …], each of n samples' {@code groups} groups of
 * neighbouring channels (Wu and He, 2018). With one group and x [rows, features] it is layer
 * normalisation (Ba et al., 2016). x, out and the gradients are dense in one order, row-major or
 * channels last.
 */
public interface GroupNormKernels {
  /**
   * {@code out = (x − mean)·invStd·weight + bias}; mean and invStd [n·groups] receive each group's
   * mean and {@code 1/√(biased variance + eps)}; weight and bias are [c] or null (1 and 0).
   */
  void groupNorm(
      View x, int groups, float eps, View weight, View bias, View mean, View invStd, View out);

  /** The gradients, each null where not wanted; mean and invStd as the forward pass left them. */
  void groupNormGrad(
      View x,
      int groups,
      View mean,
      View invStd,
      View weight,
      View gradOut,
      View gradX,
      View gradWeight,
      View gradBias);
}
