package dev.graft.backend;

/** Separable resampling of images. */
public interface ResampleKernels {
  /**
   * Each pixel of out [n, c, rows.count(), columns.count()] from the pixels of x [n, c, h, w] that
   * the taps name, weighed by the product of both taps' weights; x has any strides (channels last
   * is the fast case).
   */
  void resample(View x, AxisTaps rows, AxisTaps columns, View out);
}
