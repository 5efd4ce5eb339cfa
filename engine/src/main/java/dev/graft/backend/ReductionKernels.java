package dev.graft.backend;

/**
 * Reductions over several dimensions. Partial results are combined in an order that depends on
 * sizes alone.
 */
public interface ReductionKernels {
  /** The kinds of reduction. */
  enum Kind {
    SUM,
    /** The largest element; NaN if any is NaN. */
    MAX,
    /** The smallest element; NaN if any is NaN. */
    MIN
  }

  /**
   * Reduces x over the dimensions where {@code reduced} is true. x has any strides; out is dense,
   * of x's rank, with size 1 in each reduced dimension. An empty SUM is 0; MAX and MIN are never
   * empty.
   */
  void reduce(Kind kind, View x, boolean[] reduced, View out);

  /**
   * The index of the first largest element along {@code dim} (the first NaN if there is one), in
   * row-major order of the other dimensions.
   */
  int[] argmax(View x, int dim);

  /**
   * The sum of the squares of x, which is dense, in double precision. Finite exactly where every
   * element is.
   */
  double sumOfSquares(View x);

  /** The same for the smallest. */
  int[] argmin(View x, int dim);
}
