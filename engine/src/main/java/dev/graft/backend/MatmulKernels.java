package dev.graft.backend;

/** Matrix products. */
public interface MatmulKernels {
  /**
   * {@code out[b, i, j] = Σ_k a[b, i, k] · y[b, k, j] (+ bias[j])}. Rank 3, operands with any
   * strides (0 repeats a matrix over the batch), out dense row-major; bias is [n], dense, or null.
   * k may be 0 (out is then the bias or 0).
   */
  void matmul(View a, View y, View bias, View out);
}
