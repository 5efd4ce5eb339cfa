package dev.graft.backend.reference;

import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;

/** Walks the indices of a shape in row-major order, keeping the positions in several layouts. */
final class Indices {
  private final int[] dims;
  private final int[] index;
  private final int[][] strides;
  private final int[] at;
  private int left;

  Indices(Shape shape, Layout... layouts) {
    dims = shape.toArray();
    index = new int[dims.length];
    strides = new int[layouts.length][];
    at = new int[layouts.length];
    for (int k = 0; k < layouts.length; k++) {
      strides[k] = layouts[k].strides();
      at[k] = layouts[k].offset();
    }
    left = shape.numel();
  }

  boolean hasMore() {
    return left > 0;
  }

  /** The position in layout {@code k}. */
  int at(int k) {
    return at[k];
  }

  /** The current index along dimension {@code i}. */
  int index(int i) {
    return index[i];
  }

  void next() {
    left--;
    for (int i = dims.length - 1; i >= 0; i--) {
      index[i]++;
      for (int k = 0; k < at.length; k++) {
        at[k] += strides[k][i];
      }
      if (index[i] < dims[i]) {
        return;
      }
      for (int k = 0; k < at.length; k++) {
        at[k] -= strides[k][i] * dims[i];
      }
      index[i] = 0;
    }
  }
}
