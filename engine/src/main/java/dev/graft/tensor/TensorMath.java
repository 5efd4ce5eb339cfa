package dev.graft.tensor;

import dev.graft.backend.BinaryKind;
import dev.graft.backend.UnaryKind;
import dev.graft.op.Binary;
import dev.graft.op.Extreme;
import dev.graft.op.LogSumExp;
import dev.graft.op.Matmul;
import dev.graft.op.Node;
import dev.graft.op.Softmax;
import dev.graft.op.Sum;
import dev.graft.op.Unary;
import dev.graft.op.Variance;

/** The methods of {@link Tensor} that compute: arithmetic, products, reductions. */
abstract sealed class TensorMath extends TensorActivations permits Tensor {
  // ---- arithmetic, elementwise, with broadcasting

  public Tensor add(Tensor other) {
    return binary(BinaryKind.ADD, other);
  }

  public Tensor add(float value) {
    return unary(UnaryKind.ADD_SCALAR, value, 0);
  }

  public Tensor sub(Tensor other) {
    return binary(BinaryKind.SUB, other);
  }

  public Tensor sub(float value) {
    return add(-value);
  }

  public Tensor mul(Tensor other) {
    return binary(BinaryKind.MUL, other);
  }

  public Tensor mul(float value) {
    return unary(UnaryKind.MUL_SCALAR, value, 0);
  }

  public Tensor div(Tensor other) {
    return binary(BinaryKind.DIV, other);
  }

  public Tensor div(float value) {
    return unary(UnaryKind.MUL_SCALAR, 1 / value, 0);
  }

  public Tensor maximum(Tensor other) {
    return binary(BinaryKind.MAXIMUM, other);
  }

  public Tensor minimum(Tensor other) {
    return binary(BinaryKind.MINIMUM, other);
  }

  public Tensor neg() {
    return unary(UnaryKind.NEG);
  }

  public Tensor abs() {
    return unary(UnaryKind.ABS);
  }

  public Tensor square() {
    return unary(UnaryKind.SQUARE);
  }

  public Tensor sqrt() {
    return unary(UnaryKind.SQRT);
  }

  public Tensor reciprocal() {
    return unary(UnaryKind.RECIPROCAL);
  }

  public Tensor exp() {
    return unary(UnaryKind.EXP);
  }

  public Tensor log() {
    return unary(UnaryKind.LOG);
  }

  public Tensor pow(float exponent) {
    return unary(UnaryKind.POW, exponent, 0);
  }

  public Tensor clamp(float min, float max) {
    return unary(UnaryKind.CLAMP, min, max);
  }

  /** Any of the elementwise functions of one argument; p and q are its parameters, if any. */
  public Tensor unary(UnaryKind kind, float p, float q) {
    return Node.apply(new Unary(kind, p, q), self());
  }

  private Tensor unary(UnaryKind kind) {
    return unary(kind, 0, 0);
  }

  private Tensor binary(BinaryKind kind, Tensor other) {
    return Node.apply(new Binary(kind), self(), other);
  }

  // ---- products

  /**
   * Matrix product as PyTorch's: [m, k]·[k, n], batches of them (leading dimensions broadcast), and
   * vectors [k] on either side.
   */
  public Tensor matmul(Tensor other) {
    if (rank() == 0 || other.rank() == 0) {
      throw ShapeException.of(
          "matmul: needs at least one dimension: %s and %s", shape(), other.shape());
    }
    Tensor a = rank() == 1 ? unsqueeze(0) : self();
    Tensor b = other.rank() == 1 ? other.unsqueeze(1) : other;
    Tensor product = Node.apply(new Matmul(), a, b);
    product = other.rank() == 1 ? product.squeeze(-1) : product;
    return rank() == 1 ? product.squeeze(other.rank() == 1 ? -1 : -2) : product;
  }

  // ---- reductions (no dimensions given: over all)

  public Tensor sum(int... dims) {
    return sum(false, dims);
  }

  public Tensor sum(boolean keepDim, int... dims) {
    return Node.apply(new Sum(false, dims, keepDim), self());
  }

  public Tensor mean(int... dims) {
    return mean(false, dims);
  }

  public Tensor mean(boolean keepDim, int... dims) {
    return Node.apply(new Sum(true, dims, keepDim), self());
  }

  /** The largest value; ties share the gradient evenly. */
  public Tensor amax(int... dims) {
    return amax(false, dims);
  }

  public Tensor amax(boolean keepDim, int... dims) {
    return Node.apply(new Extreme(false, dims, keepDim), self());
  }

  /** The variance, divided by n−1 where unbiased, else by n. */
  public Tensor var(boolean unbiased, boolean keepDim, int... dims) {
    return Node.apply(new Variance(dims, unbiased, keepDim), self());
  }

  public Tensor logSumExp(boolean keepDim, int... dims) {
    return Node.apply(new LogSumExp(dims, keepDim), self());
  }

  public Tensor softmax(int dim) {
    return Node.apply(new Softmax(dim, false), self());
  }

  public Tensor logSoftmax(int dim) {
    return Node.apply(new Softmax(dim, true), self());
  }
}
