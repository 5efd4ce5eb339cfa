package dev.graft.backend;

/** Elementwise arithmetic. */
public interface ElementwiseKernels {
  /** {@code out = f(x)}; x and out are dense in the same order and may be the same. */
  void unary(UnaryKind kind, float p, float q, View x, View out);

  /** {@code gradX = gradY · f'(x)}, y being f(x); all dense in the same order. */
  void unaryGrad(UnaryKind kind, float p, float q, View x, View y, View gradY, View gradX);

  /**
   * {@code out = a ∘ b}. Both operands have out's shape, with any strides (0 where broadcast); out
   * is dense and may be the same as an operand of the same layout.
   */
  void binary(BinaryKind kind, View a, View b, View out);

  /**
   * The gradients of MUL, DIV, MAXIMUM, MINIMUM and PRELU with respect to a and b (either may be
   * null: not wanted). All have the broadcast shape; a, b and gradOut with any strides, the results
   * dense.
   */
  void binaryGrad(BinaryKind kind, View a, View b, View gradOut, View gradA, View gradB);

  /**
   * {@code out = condition ≠ 0 ? a : b}. The operands have out's shape, with any strides (0 where
   * broadcast); out is dense.
   */
  void select(View condition, View a, View b, View out);

  /**
   * A dropout mask: element i (in memory order) is 0 with probability p, else 1/(1−p). Drawn from
   * {@code Rng.uniform(seed, i)}, so it depends on neither threads nor backend.
   */
  void dropoutMask(long seed, float p, View out);
}
