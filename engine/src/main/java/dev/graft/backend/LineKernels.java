package dev.graft.backend;

/**
 * Kernels that walk the lines along one dimension. Views have any strides; those of one call agree
 * in all other dimensions.
 */
public interface LineKernels {
  /** Running sums from the first element on, or from the last; out has x's shape. */
  void cumsum(View x, int dim, boolean fromLast, View out);

  /** The product of each line, 1 of none; out has size 1 along dim. */
  void prod(View x, int dim, View out);

  /** {@code gradX[k] = gradOut · Π x[j], j ≠ k}, right where elements are 0 too. */
  void prodGrad(View x, int dim, View gradOut, View gradX);

  /**
   * The indices of the k largest (or smallest) elements of each line, best first, equal ones in
   * order; NaN counts as larger than any number. In row-major order of x's shape with k along dim.
   */
  int[] topk(View x, int dim, int k, boolean largest);

  /**
   * {@code out[…, j, …] = x[…, index[…, j, …], …]}, index in row-major order of out's shape;
   * indices checked.
   */
  void gather(View x, int dim, int[] index, View out);

  /** {@code out[…, index[…, j, …], …] += x[…, j, …]} in the order of j. */
  void scatterAdd(View x, int dim, int[] index, View out);
}
