package dev.graft.tensor;

import dev.graft.op.Cat;
import dev.graft.op.Expand;
import dev.graft.op.Flip;
import dev.graft.op.IndexSelect;
import dev.graft.op.Node;
import dev.graft.op.Pad;
import dev.graft.op.Permute;
import dev.graft.op.Reshape;
import dev.graft.op.Roll;
import dev.graft.op.Slice;
import java.util.Arrays;

/** The methods of {@link Tensor} that rearrange, pick and join elements. */
abstract sealed class TensorShaping extends TensorRandom permits TensorSelecting {
  public abstract Shape shape();

  public abstract int rank();

  public abstract int dim(int i);

  public abstract int numel();

  final Tensor self() {
    return (Tensor) this;
  }

  /** The same elements under another shape; one dimension may be −1. */
  public Tensor reshape(int... dims) {
    return Node.apply(Reshape.of(shape(), dims), self());
  }

  public Tensor reshape(Shape target) {
    return Node.apply(new Reshape(target), self());
  }

  /** Merges dimension {@code start} and all after it into one. */
  public Tensor flatten(int start) {
    int axis = rank() == 0 ? 0 : shape().axis(start);
    int[] dims = Arrays.copyOf(shape().toArray(), axis + 1);
    dims[axis] = -1;
    if (numel() == 0) {
      dims[axis] = 1;
      for (int i = axis; i < rank(); i++) {
        dims[axis] *= dim(i);
      }
    }
    return reshape(dims);
  }

  public Tensor permute(int... order) {
    return Node.apply(new Permute(order), self());
  }

  /** Exchanges two dimensions. */
  public Tensor transpose(int a, int b) {
    int[] order = new int[rank()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    order[shape().axis(a)] = shape().axis(b);
    order[shape().axis(b)] = shape().axis(a);
    return permute(order);
  }

  /** A matrix transposed. */
  public Tensor t() {
    return transpose(0, 1);
  }

  /** Inserts a dimension of size 1 before dimension {@code dim} (−1: at the end). */
  public Tensor unsqueeze(int dim) {
    int axis = dim < 0 ? dim + rank() + 1 : dim;
    int[] dims = new int[rank() + 1];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = i == axis ? 1 : dim(i < axis ? i : i - 1);
    }
    return reshape(Shape.of(dims));
  }

  /** Removes dimension {@code dim}, which must have size 1. */
  public Tensor squeeze(int dim) {
    int axis = shape().axis(dim);
    if (dim(axis) != 1) {
      throw ShapeException.of("squeeze: dimension %d of %s is not 1", axis, shape());
    }
    int[] dims = new int[rank() - 1];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = dim(i < axis ? i : i + 1);
    }
    return reshape(Shape.of(dims));
  }

  /** Removes all dimensions of size 1. */
  public Tensor squeeze() {
    return reshape(Shape.of(Arrays.stream(shape().toArray()).filter(d -> d != 1).toArray()));
  }

  /** {@code length} indices from {@code start} on along {@code dim}. */
  public Tensor narrow(int dim, int start, int length) {
    return slice(dim, start, start + length);
  }

  /**
   * Pieces of {@code size} along {@code dim}; the last may be smaller.
   *
   * @throws ShapeException if size is not positive
   */
  public Tensor[] split(int size, int dim) {
    if (size < 1) {
      throw ShapeException.of("split: size must be positive: %d", size);
    }
    int[] sizes = new int[Math.max(1, Math.ceilDiv(dim(dim), size))];
    Arrays.fill(sizes, size);
    sizes[sizes.length - 1] = dim(dim) - (sizes.length - 1) * size;
    return split(sizes, dim);
  }

  /**
   * Pieces of the given sizes along {@code dim}.
   *
   * @throws ShapeException if they do not add up to it
   */
  public Tensor[] split(int[] sizes, int dim) {
    if (Arrays.stream(sizes).sum() != dim(dim) || Arrays.stream(sizes).anyMatch(s -> s < 0)) {
      throw ShapeException.of(
          "split: sizes %s do not add up to dimension %d of %s",
          Arrays.toString(sizes), shape().axis(dim), shape());
    }
    Tensor[] parts = new Tensor[sizes.length];
    for (int i = 0, at = 0; i < parts.length; at += sizes[i++]) {
      parts[i] = narrow(dim, at, sizes[i]);
    }
    return parts;
  }

  /**
   * At most n pieces of equal size along {@code dim}; the last may be smaller.
   *
   * @throws ShapeException if n is not positive
   */
  public Tensor[] chunk(int n, int dim) {
    if (n < 1) {
      throw ShapeException.of("chunk: the number of pieces must be positive: %d", n);
    }
    return split(Math.max(1, Math.ceilDiv(dim(dim), n)), dim);
  }

  /** Reverses the order along dimensions. */
  public Tensor flip(int... dims) {
    return Node.apply(new Flip(dims), self());
  }

  /** Moves elements by {@code shift} places along {@code dim}; the last come in at the front. */
  public Tensor roll(int shift, int dim) {
    return Node.apply(new Roll(shift, dim), self());
  }

  /**
   * Repeats the tensor, {@code counts[i]} times along dimension i; counts beyond its rank are for
   * new dimensions in front.
   *
   * @throws ShapeException if there are fewer counts than dimensions, or one is negative
   */
  public Tensor repeat(int... counts) {
    int lead = counts.length - rank();
    if (lead < 0 || Arrays.stream(counts).anyMatch(c -> c < 0)) {
      throw ShapeException.of(
          "repeat: counts %s do not fit %s: needs one for each dimension, at least 0",
          Arrays.toString(counts), shape());
    }
    int[] single = new int[2 * counts.length];
    int[] many = new int[2 * counts.length];
    int[] merged = new int[counts.length];
    for (int i = 0; i < counts.length; i++) {
      int size = i < lead ? 1 : dim(i - lead);
      single[2 * i] = 1;
      single[2 * i + 1] = size;
      many[2 * i] = counts[i];
      many[2 * i + 1] = size;
      merged[i] = counts[i] * size;
    }
    return reshape(Shape.of(single)).expand(Shape.of(many)).reshape(Shape.of(merged));
  }

  /** Indices {@code start … end−1} along {@code dim}. */
  public Tensor slice(int dim, int start, int end) {
    return slice(dim, start, end, 1);
  }

  /** Every {@code step}-th index of {@code start … end−1} along {@code dim}. */
  public Tensor slice(int dim, int start, int end, int step) {
    return Node.apply(new Slice(dim, start, end, step), self());
  }

  /** One index along {@code dim}, which goes. */
  public Tensor select(int dim, int index) {
    return slice(dim, index, index + 1).squeeze(dim);
  }

  public Tensor indexSelect(int dim, int... index) {
    return Node.apply(new IndexSelect(dim, index.clone()), self());
  }

  /** Broadcasts to {@code target}, without copying. */
  public Tensor expand(Shape target) {
    return Node.apply(new Expand(target), self());
  }

  /** Zeros around the last two dimensions. */
  public Tensor pad(int left, int right, int top, int bottom) {
    return pad(left, right, top, bottom, 0);
  }

  /** A constant around the last two dimensions. */
  public Tensor pad(int left, int right, int top, int bottom, float value) {
    return Node.apply(new Pad(left, right, top, bottom, value), self());
  }

  public static Tensor cat(int dim, Tensor... parts) {
    return Node.apply(new Cat(dim), parts);
  }

  /** Joins tensors of one shape along a new dimension. */
  public static Tensor stack(int dim, Tensor... parts) {
    Tensor[] widened = new Tensor[parts.length];
    for (int i = 0; i < parts.length; i++) {
      widened[i] = parts[i].unsqueeze(dim);
    }
    return cat(dim, widened);
  }
}
