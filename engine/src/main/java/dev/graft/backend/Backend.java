package dev.graft.backend;

import dev.graft.tensor.Layout;

/**
 * A way to compute: memory and the kernel families. Kernels check nothing; the ops above them have
 * checked every shape. Unless a kernel says otherwise its outputs are overwritten, lie dense, and
 * overlap no input.
 */
public interface Backend {
  /** One line for people, such as {@code SIMD, 512-bit vectors, 2 threads}. */
  String name();

  /** A buffer of {@code length} floats whose contents are unspecified. */
  Buffer allocate(int length);

  /**
   * Memory for that layout, with unspecified contents; its first element, whatever offset the given
   * layout has, lies where this backend's kernels like best.
   */
  default View allocate(Layout layout) {
    return new View(allocate(layout.numel()), layout.at(0));
  }

  /** A buffer of {@code length} zeros. */
  Buffer allocateZeroed(int length);

  /** A buffer with a copy of {@code data}, or around it where {@code data} may be kept. */
  Buffer wrap(float[] data);

  /** Gives back a buffer that nobody will read again; it may serve a later allocation. */
  void release(Buffer buffer);

  /**
   * Says that a network is being made and will be run: what has to be made ready for that may begin
   * in the background. Returns at once.
   */
  default void expectWork() {}

  /** Waits until all that was asked for so far has been computed; on the CPU nothing is pending. */
  default void synchronize() {}

  ElementwiseKernels elementwise();

  CopyKernels copies();

  ReductionKernels reductions();

  SoftmaxKernels softmax();

  LineKernels lines();

  LossKernels losses();

  MatmulKernels matmul();

  ConvKernels conv();

  PoolKernels pool();

  NormKernels norm();

  GroupNormKernels groupNorm();

  ResampleKernels resample();

  OptimizerKernels optimizer();

  /** The kernels for work that is bound to fixed memory. */
  default BoundKernels bound() {
    return new PlainBoundKernels(this);
  }
}
