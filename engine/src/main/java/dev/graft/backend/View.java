package dev.graft.backend;

import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;

/** A buffer read or written through a layout: what kernels take. */
public record View(Buffer buffer, Layout layout) {
  public Shape shape() {
    return layout.shape();
  }

  public int dim(int i) {
    return layout.dim(i);
  }

  public int stride(int i) {
    return layout.stride(i);
  }

  public int offset() {
    return layout.offset();
  }

  public int numel() {
    return layout.numel();
  }

  /** The same buffer through another layout. */
  public View with(Layout other) {
    return new View(buffer, other);
  }

  /** The Java array of a buffer that is one. */
  public float[] array() {
    return buffer.array();
  }
}
