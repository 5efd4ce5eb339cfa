package dev.graft.backend.opencl;

import dev.graft.backend.View;
import dev.graft.tensor.Layout;

/** An image [n, c, h, w] whose channels are neighbours: a view itself, or a copy of it. */
final class ClImage {
  private final View view;
  private final boolean copied;

  private ClImage(View view, boolean copied) {
    this.view = view;
    this.copied = copied;
  }

  static ClImage of(ClBackend backend, View x) {
    return x.dim(1) == 1 || x.stride(1) == 1 ? new ClImage(x, false) : copy(backend, x);
  }

  /** One whose pixels also lie at equal distances. */
  static ClImage even(ClBackend backend, View x) {
    ClImage image = of(backend, x);
    return image.isEven() ? image : copy(backend, x);
  }

  private static ClImage copy(ClBackend backend, View x) {
    View copy = new View(backend.buffer(x.numel()), Layout.channelsLast(x.shape()));
    backend.copies().copy(x, copy);
    return new ClImage(copy, true);
  }

  /** Whether all pixels lie at equal distances. */
  boolean isEven() {
    int width = view.dim(3);
    int height = view.dim(2);
    boolean rows = height == 1 || strideY() == width * strideX();
    return rows && (view.dim(0) == 1 || strideN() == height * width * strideX());
  }

  ClBuffer buffer() {
    return (ClBuffer) view.buffer();
  }

  int offset() {
    return view.offset();
  }

  int strideN() {
    return view.stride(0);
  }

  int strideY() {
    return view.stride(2);
  }

  int strideX() {
    return view.stride(3);
  }

  void release() {
    if (copied) {
      buffer().release();
    }
  }
}
