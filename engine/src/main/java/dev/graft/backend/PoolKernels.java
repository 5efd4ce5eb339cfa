package dev.graft.backend;

/** 2-D pooling. Inputs have any strides (channels last is the fast case); outputs are dense. */
public interface PoolKernels {
  void maxPool2d(PoolShape shape, View x, View out);

  /** Passes each gradient to its window's first largest element (row by row), or first NaN. */
  void maxPool2dGrad(PoolShape shape, View x, View gradOut, View gradX);

  void avgPool2d(PoolShape shape, View x, View out);

  void avgPool2dGrad(PoolShape shape, View gradOut, View gradX);

  /**
   * Averages x [n, c, h, w] into out [n, c, oh, ow]: window i covers rows ⌊i·h/oh⌋ to
   * ⌈(i+1)·h/oh⌉−1, and columns likewise.
   */
  void adaptiveAvgPool2d(View x, View out);

  void adaptiveAvgPool2dGrad(View gradOut, View gradX);

  /** The maximum over the same windows. */
  void adaptiveMaxPool2d(View x, View out);

  /** As {@link #maxPool2dGrad}. */
  void adaptiveMaxPool2dGrad(View x, View gradOut, View gradX);
}
