package dev.graft.backend;

/** Softmax along one dimension, and the negative log likelihood on top of it. */
public interface SoftmaxKernels {
  /** Softmax, or its logarithm, along {@code dim}; x and out row-major. */
  void softmax(View x, int dim, boolean log, View out);

  /** The gradient, from the output y; all row-major. */
  void softmaxGrad(View y, int dim, boolean log, View gradY, View gradX);

  /**
   * Loss of each row of logProbs [n, c] (row-major) against its target t: {@code (1−s)·w[t]·(−l[t])
   * + s/c·Σ_j w[j]·(−l[j])} with s = smoothing (Szegedy et al., 2016) and class weights w (null:
   * all 1), into out [n]. A row whose target is negative is ignored: loss 0.
   */
  void nll(View logProbs, int[] target, View weight, float smoothing, View out);

  /** The gradient for logProbs [n, c], given gradOut [n]. */
  void nllGrad(View gradOut, int[] target, View weight, float smoothing, View gradLogProbs);
}
