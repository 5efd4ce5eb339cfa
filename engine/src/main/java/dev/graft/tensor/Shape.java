package dev.graft.tensor;

import java.util.Arrays;

/**
 * The dimensions of a tensor, outermost first: an image batch is {@code [n, c, h, w]}, a scalar is
 * {@code []}. Immutable. A tensor holds at most 2<sup>31</sup>−1 elements, because it lies in one
 * Java array.
 */
public final class Shape {
  /** The shape of a scalar. */
  public static final Shape SCALAR = new Shape(new int[0]);

  private final int[] dims;
  private final int numel;

  private Shape(int[] dims) {
    this.dims = dims;
    this.numel = count(dims);
  }

  /**
   * @throws ShapeException if a dimension is negative or the product exceeds 2^31−1
   */
  public static Shape of(int... dims) {
    return dims.length == 0 ? SCALAR : new Shape(dims.clone());
  }

  private static int count(int[] dims) {
    long product = 1;
    boolean empty = false;
    for (int d : dims) {
      if (d < 0) {
        throw ShapeException.of("shape: negative dimension: %s", Arrays.toString(dims));
      }
      empty |= d == 0;
      product = Math.min(product * Math.max(d, 1), 1L << 31);
    }
    if (!empty && product > Integer.MAX_VALUE) {
      throw ShapeException.of(
          "shape: too many elements: %s has more than 2^31-1; split the tensor",
          Arrays.toString(dims));
    }
    return empty ? 0 : (int) product;
  }

  public int rank() {
    return dims.length;
  }

  /** The size along dimension {@code i}; negative {@code i} counts from the end. */
  public int dim(int i) {
    return dims[axis(i)];
  }

  /** The number of elements: 1 for a scalar. */
  public int numel() {
    return numel;
  }

  /** A copy of the dimensions. */
  public int[] toArray() {
    return dims.clone();
  }

  /**
   * Maps a dimension index that may be negative to {@code 0 … rank−1}.
   *
   * @throws ShapeException if it is outside {@code −rank … rank−1}
   */
  public int axis(int i) {
    if (i < -dims.length || i >= dims.length) {
      throw ShapeException.of(
          "dimension %d is out of range: shape %s has %d dimensions", i, this, dims.length);
    }
    return i < 0 ? i + dims.length : i;
  }

  /** This shape with dimension {@code i} set to {@code size}. */
  public Shape with(int i, int size) {
    int[] d = dims.clone();
    d[axis(i)] = size;
    return new Shape(d);
  }

  /** True if {@code this} can be broadcast to {@code target} by NumPy's rules. */
  public boolean broadcastsTo(Shape target) {
    int lead = target.dims.length - dims.length;
    if (lead < 0) {
      return false;
    }
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] != 1 && dims[i] != target.dims[lead + i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * The common shape of two operands by NumPy's broadcasting rules.
   *
   * @throws ShapeException naming {@code op} if they do not agree
   */
  public static Shape broadcast(String op, Shape a, Shape b) {
    int rank = Math.max(a.dims.length, b.dims.length);
    int[] d = new int[rank];
    for (int i = 1; i <= rank; i++) {
      int x = i <= a.dims.length ? a.dims[a.dims.length - i] : 1;
      int y = i <= b.dims.length ? b.dims[b.dims.length - i] : 1;
      if (x != y && x != 1 && y != 1) {
        throw ShapeException.of(
            "%s: shapes do not broadcast: %s and %s differ in dimension %d (%d and %d); "
                + "sizes must be equal or 1",
            op, a, b, rank - i, x, y);
      }
      d[rank - i] = x == 1 ? y : x;
    }
    return new Shape(d);
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof Shape s && Arrays.equals(dims, s.dims);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dims);
  }

  /** {@code [2, 3]}. */
  @Override
  public String toString() {
    return Arrays.toString(dims);
  }
}
