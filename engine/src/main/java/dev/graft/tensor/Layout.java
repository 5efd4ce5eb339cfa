package dev.graft.tensor;

import java.util.Arrays;

/**
 * Where the elements of a {@link Shape} lie in a buffer: element {@code (i0, i1, …)} is at {@code
 * offset + i0·stride0 + i1·stride1 + …}. Immutable; permuting, slicing and broadcasting make new
 * layouts over the same buffer in O(rank).
 *
 * <p>Images are <i>channels last</i> in memory while their shape still reads {@code [n, c, h, w]}:
 * neighbouring channels of a pixel are neighbours in memory, so that a vector holds 16 (8, 4)
 * channels of one pixel.
 */
public final class Layout {
  /** The dimensions of [n, c, h, w] from the innermost out. */
  private static final int[] CHANNELS_LAST = {1, 3, 2, 0};

  private final Shape shape;
  private final int[] strides;
  private final int offset;

  private Layout(Shape shape, int[] strides, int offset) {
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
  }

  /** A layout with the given strides (in elements; 0 repeats an element along that dimension). */
  public static Layout of(Shape shape, int[] strides, int offset) {
    if (strides.length != shape.rank()) {
      throw ShapeException.of(
          "layout: %d strides for shape %s of %d dimensions", strides.length, shape, shape.rank());
    }
    return new Layout(shape, strides.clone(), offset);
  }

  /** Row-major (C order), from offset 0: the last dimension is contiguous. */
  public static Layout rowMajor(Shape shape) {
    int[] s = new int[shape.rank()];
    int step = 1;
    for (int i = s.length - 1; i >= 0; i--) {
      s[i] = step;
      step *= Math.max(shape.dim(i), 1);
    }
    return new Layout(shape, s, 0);
  }

  /** {@code [n, c, h, w]} lying in memory as n, h, w, c, from offset 0. Other ranks: row-major. */
  public static Layout channelsLast(Shape shape) {
    if (shape.rank() != 4) {
      return rowMajor(shape);
    }
    int c = Math.max(shape.dim(1), 1);
    int h = Math.max(shape.dim(2), 1);
    int w = Math.max(shape.dim(3), 1);
    return new Layout(shape, new int[] {h * w * c, 1, w * c, c}, 0);
  }

  /**
   * A dense layout for {@code shape} whose dimensions lie in memory in the same order as {@code
   * like}'s, from offset 0; row-major if {@code like} is not dense or has another rank.
   */
  public static Layout dense(Shape shape, Layout like) {
    if (like.shape.rank() != shape.rank() || !like.isDense()) {
      return rowMajor(shape);
    }
    if (like.shape.equals(shape)) {
      return like.offset == 0 ? like : new Layout(shape, like.strides, 0);
    }
    if (like.isRowMajor()) {
      return rowMajor(shape);
    }
    return like.isChannelsLast() ? channelsLast(shape) : rowMajor(shape);
  }

  public Shape shape() {
    return shape;
  }

  public int offset() {
    return offset;
  }

  public int rank() {
    return strides.length;
  }

  public int numel() {
    return shape.numel();
  }

  public int dim(int i) {
    return shape.dim(i);
  }

  /** The stride of dimension {@code i}, in elements; negative {@code i} counts from the end. */
  public int stride(int i) {
    return strides[i < 0 ? i + strides.length : i];
  }

  public int[] strides() {
    return strides.clone();
  }

  /** True if the elements are contiguous in row-major order (any offset). */
  public boolean isRowMajor() {
    int step = 1;
    for (int i = strides.length - 1; i >= 0; i--) {
      if (shape.dim(i) != 1 && strides[i] != step) {
        return shape.numel() == 0;
      }
      step *= shape.dim(i);
    }
    return true;
  }

  /** True if a rank-4 tensor is contiguous in n, h, w, c order (any offset). */
  public boolean isChannelsLast() {
    if (strides.length != 4) {
      return false;
    }
    int step = 1;
    for (int i : CHANNELS_LAST) {
      if (shape.dim(i) != 1 && strides[i] != step) {
        return shape.numel() == 0;
      }
      step *= shape.dim(i);
    }
    return true;
  }

  /** True if the elements fill a contiguous range exactly once, in whatever order. */
  public boolean isDense() {
    if (isRowMajor() || isChannelsLast()) {
      return true;
    }
    long[] order = new long[strides.length];
    int n = 0;
    for (int i = 0; i < strides.length; i++) {
      if (shape.dim(i) != 1) {
        order[n++] = ((long) strides[i] << 32) | shape.dim(i);
      }
    }
    Arrays.sort(order, 0, n);
    long step = 1;
    for (int i = 0; i < n; i++) {
      if (order[i] >> 32 != step) {
        return false;
      }
      step *= (int) order[i];
    }
    return true;
  }

  /** True if both place equal indices at equal distances, so that flat loops may run over both. */
  public boolean sameOrder(Layout other) {
    if (!shape.equals(other.shape)) {
      return false;
    }
    for (int i = 0; i < strides.length; i++) {
      if (strides[i] != other.strides[i] && shape.dim(i) != 1) {
        return false;
      }
    }
    return true;
  }

  /** Reorders the dimensions: dimension {@code i} of the result is {@code order[i]} of this. */
  public Layout permute(int... order) {
    int[] d = new int[order.length];
    int[] s = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      d[i] = shape.dim(order[i]);
      s[i] = strides[shape.axis(order[i])];
    }
    return new Layout(Shape.of(d), s, offset);
  }

  /** Every {@code step}-th index in {@code start … end−1} along {@code dim}; bounds are checked. */
  public Layout slice(int dim, int start, int end, int step) {
    int axis = shape.axis(dim);
    int size = shape.dim(axis);
    if (start < 0 || end > size || start > end || step < 1) {
      throw ShapeException.of(
          "slice: range %d … %d step %d does not fit dimension %d of %s",
          start, end, step, axis, shape);
    }
    int[] s = strides.clone();
    int count = (end - start + step - 1) / step;
    int at = count == 0 ? offset : offset + start * s[axis];
    s[axis] *= step;
    return new Layout(shape.with(axis, count), s, at);
  }

  /** Broadcasts to {@code target} by stride 0; the caller has checked that it fits. */
  public Layout expand(Shape target) {
    int lead = target.rank() - strides.length;
    int[] s = new int[target.rank()];
    for (int i = 0; i < strides.length; i++) {
      s[lead + i] = shape.dim(i) == 1 && target.dim(lead + i) != 1 ? 0 : strides[i];
    }
    return new Layout(target, s, offset);
  }

  /**
   * The same elements in row-major order under another shape, or null where that needs a copy. The
   * caller has checked that the numbers of elements agree.
   */
  public Layout reshape(Shape target) {
    if (isRowMajor()) {
      return rowMajor(target).at(offset);
    }
    int[] dims = shape.toArray();
    int[] steps = strides.clone();
    int n = 0;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] != 1) {
        dims[n] = dims[i];
        steps[n++] = steps[i];
      }
    }
    int[] s = new int[target.rank()];
    Arrays.fill(s, 1);
    int from = 0;
    int to = 0;
    // Walk both shapes in groups of dimensions with equal products: each group of ours must act as
    // one dimension, which is then split into the target's.
    while (from < n && to < s.length) {
      int fromEnd = from + 1;
      int toEnd = to + 1;
      long have = dims[from];
      long want = target.dim(to);
      while (have != want) {
        if (want < have) {
          want *= target.dim(toEnd++);
        } else {
          have *= dims[fromEnd++];
        }
      }
      for (int i = from; i < fromEnd - 1; i++) {
        if (steps[i] != dims[i + 1] * steps[i + 1]) {
          return null;
        }
      }
      int step = steps[fromEnd - 1];
      for (int i = toEnd - 1; i >= to; i--) {
        s[i] = step;
        step *= target.dim(i);
      }
      from = fromEnd;
      to = toEnd;
    }
    return new Layout(target, s, offset);
  }

  /** The same strides from another offset. */
  public Layout at(int newOffset) {
    return newOffset == offset ? this : new Layout(shape, strides, newOffset);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Layout l
        && offset == l.offset
        && shape.equals(l.shape)
        && Arrays.equals(strides, l.strides);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * shape.hashCode() + Arrays.hashCode(strides)) + offset;
  }

  /** {@code [2, 3] strides [3, 1] + 0}. */
  @Override
  public String toString() {
    return shape + " strides " + Arrays.toString(strides) + " + " + offset;
  }
}
