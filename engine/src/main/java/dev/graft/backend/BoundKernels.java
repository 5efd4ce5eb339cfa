package dev.graft.backend;

/**
 * Kernels bound to fixed memory, for work that is done many times in the same place: what an
 * inference plan consists of besides {@link PreparedConv}. What they return computes what the
 * kernels of the same names do, to the bit, and can be run by one thread at a time. Unless it says
 * otherwise views are dense, and out overlaps no input.
 */
public interface BoundKernels {
  /** {@code out = f(x)}; x and out lie in the same order and may be the same. */
  Runnable unary(UnaryKind kind, float p, float q, View x, View out);

  /**
   * {@code out = relu?(a ∘ b)}; the operands have out's shape, with any strides, and may be out
   * itself where they lie as it does.
   */
  Runnable binary(BinaryKind kind, View a, View b, boolean relu, View out);

  /**
   * {@code out = relu?((x − mean)·invStd·weight + bias)} by channel; x and out lie in the same
   * order and may be the same; the values by channel, which may be null but for the mean, are read
   * now.
   */
  Runnable normalize(
      View x, View mean, View invStd, View weight, View bias, boolean relu, View out);

  /** As {@link MatmulKernels#matmul}, with a ReLU behind it. */
  Runnable matmul(View a, View y, View bias, boolean relu, View out);

  /** x and out channels last. */
  Runnable maxPool2d(PoolShape shape, View x, View out);

  /** x and out channels last. */
  Runnable avgPool2d(PoolShape shape, View x, View out);

  /** x and out channels last. */
  Runnable adaptiveAvgPool2d(View x, View out);

  /** x and out row-major. */
  Runnable softmax(View x, int dim, boolean log, View out);

  /** {@code dst = src}, of equal shapes and any strides. */
  Runnable copy(View src, View dst);

  /** Sets every element of dst. */
  Runnable fill(View dst, float value);

  /** A copy whose source is named at each call. */
  Intake intake(View dst);

  /** Takes tensors in. */
  interface Intake {
    /** {@code dst = src}; src has dst's shape and any strides. */
    void take(View src);
  }
}
