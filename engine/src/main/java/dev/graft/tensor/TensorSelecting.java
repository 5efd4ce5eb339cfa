package dev.graft.tensor;

import dev.graft.backend.BinaryKind;
import dev.graft.backend.UnaryKind;
import dev.graft.op.Binary;
import dev.graft.op.CumSum;
import dev.graft.op.Extreme;
import dev.graft.op.Gather;
import dev.graft.op.Node;
import dev.graft.op.Norm;
import dev.graft.op.Prod;
import dev.graft.op.Unary;
import dev.graft.op.Where;

/** The methods of {@link Tensor} that compare, choose, rank and accumulate. */
abstract sealed class TensorSelecting extends TensorShaping permits TensorActivations {
  // ---- comparisons: 1 where true, else 0; with broadcasting, without gradient

  public Tensor eq(Tensor other) {
    return compare(BinaryKind.EQ, other);
  }

  public Tensor eq(float value) {
    return compare(BinaryKind.EQ, number(value));
  }

  public Tensor ne(Tensor other) {
    return compare(BinaryKind.NE, other);
  }

  public Tensor ne(float value) {
    return compare(BinaryKind.NE, number(value));
  }

  public Tensor gt(Tensor other) {
    return compare(BinaryKind.GT, other);
  }

  public Tensor gt(float value) {
    return compare(BinaryKind.GT, number(value));
  }

  public Tensor ge(Tensor other) {
    return compare(BinaryKind.GE, other);
  }

  public Tensor ge(float value) {
    return compare(BinaryKind.GE, number(value));
  }

  public Tensor lt(Tensor other) {
    return compare(BinaryKind.LT, other);
  }

  public Tensor lt(float value) {
    return compare(BinaryKind.LT, number(value));
  }

  public Tensor le(Tensor other) {
    return compare(BinaryKind.LE, other);
  }

  public Tensor le(float value) {
    return compare(BinaryKind.LE, number(value));
  }

  private Tensor compare(BinaryKind kind, Tensor other) {
    return Node.apply(new Binary(kind), self().detach(), other.detach());
  }

  private Tensor number(float value) {
    return Tensor.scalar(value).to(self().backend());
  }

  // ---- choosing

  /** a where the condition is not 0, else b; the three broadcast. */
  public static Tensor where(Tensor condition, Tensor a, Tensor b) {
    return Node.apply(new Where(), a, b, condition.detach());
  }

  /** This with {@code value} where the mask is not 0; the two broadcast. */
  public Tensor maskedFill(Tensor mask, float value) {
    return where(mask, number(value), self());
  }

  /**
   * {@code size} elements along {@code dim} for every position of the other dimensions; the indices
   * are in row-major order of the result, whose shape is this one's with {@code size} along dim.
   */
  public Tensor gather(int dim, int size, int... index) {
    return Node.apply(new Gather(dim, size, index.clone()), self());
  }

  // ---- extremes

  /** The smallest value over dimensions (none given: over all); ties share the gradient evenly. */
  public Tensor amin(int... dims) {
    return amin(false, dims);
  }

  public Tensor amin(boolean keepDim, int... dims) {
    return Node.apply(new Extreme(true, dims, keepDim), self());
  }

  /** The index of the first smallest value along {@code dim}, in row-major order of the others. */
  public int[] argmin(int dim) {
    return self().backend().reductions().argmin(self().view(), filled("argmin", dim));
  }

  /** The index of the first largest value along {@code dim}, in row-major order of the others. */
  public int[] argmax(int dim) {
    return self().backend().reductions().argmax(self().view(), filled("argmax", dim));
  }

  private int filled(String op, int dim) {
    int axis = shape().axis(dim);
    if (dim(axis) == 0) {
      throw ShapeException.of("%s: dimension %d of %s is empty", op, axis, shape());
    }
    return axis;
  }

  /** The largest values along {@code dim}, which goes, and their indices; the first at ties. */
  public Indexed max(int dim) {
    return picked(dim, argmax(dim));
  }

  /** The smallest values along {@code dim}, which goes, and their indices; the first at ties. */
  public Indexed min(int dim) {
    return picked(dim, argmin(dim));
  }

  private Indexed picked(int dim, int[] index) {
    return new Indexed(gather(dim, 1, index).squeeze(dim), index);
  }

  /** The k largest values along {@code dim}, largest first, and their indices. */
  public Indexed topk(int k, int dim) {
    return topk(k, dim, true);
  }

  /**
   * The k largest or smallest values along {@code dim}, best first, equal ones in order; NaN counts
   * as larger than any number.
   *
   * @throws ShapeException if k is negative or exceeds the dimension
   */
  public Indexed topk(int k, int dim, boolean largest) {
    int axis = shape().axis(dim);
    if (k < 0 || k > dim(axis)) {
      throw ShapeException.of(
          "topk: k must be between 0 and %d, the size of dimension %d of %s: %d",
          dim(axis), axis, shape(), k);
    }
    int[] index = self().backend().lines().topk(self().view(), axis, k, largest);
    return new Indexed(gather(axis, k, index), index);
  }

  /** All values along {@code dim} in ascending or descending order, equal ones as they were. */
  public Indexed sort(int dim, boolean descending) {
    return topk(dim(dim), dim, descending);
  }

  // ---- accumulating

  /** Running sums along {@code dim}. */
  public Tensor cumsum(int dim) {
    return Node.apply(new CumSum(dim), self());
  }

  /** The product of all elements, 1 of none. */
  public Tensor prod() {
    return reshape(Shape.of(numel())).prod(0);
  }

  public Tensor prod(int dim) {
    return prod(false, dim);
  }

  public Tensor prod(boolean keepDim, int dim) {
    return Node.apply(new Prod(dim, keepDim), self());
  }

  /** The Euclidean norm over dimensions (none given: over all). */
  public Tensor norm(int... dims) {
    return norm(2, false, dims);
  }

  /**
   * The p-norm over dimensions (none given: over all), p from 0 to ∞.
   *
   * @throws IllegalArgumentException if p is negative or NaN
   */
  public Tensor norm(float p, boolean keepDim, int... dims) {
    return Node.apply(new Norm(p, dims, keepDim), self());
  }

  // ---- elementwise

  /** log(1 + x), accurate near 0. */
  public Tensor log1p() {
    return apply(UnaryKind.LOG1P);
  }

  /** exp(x) − 1, accurate near 0. */
  public Tensor expm1() {
    return apply(UnaryKind.EXPM1);
  }

  public Tensor sin() {
    return apply(UnaryKind.SIN);
  }

  public Tensor cos() {
    return apply(UnaryKind.COS);
  }

  /** 1, 0 or −1; 0 of NaN. The gradient is 0. */
  public Tensor sign() {
    return apply(UnaryKind.SIGN);
  }

  /** The gradient is 0. */
  public Tensor floor() {
    return apply(UnaryKind.FLOOR);
  }

  /** The gradient is 0. */
  public Tensor ceil() {
    return apply(UnaryKind.CEIL);
  }

  /** The nearest integer, of two the even one. The gradient is 0. */
  public Tensor round() {
    return apply(UnaryKind.ROUND);
  }

  private Tensor apply(UnaryKind kind) {
    return Node.apply(new Unary(kind), self());
  }
}
