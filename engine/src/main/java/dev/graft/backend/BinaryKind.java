package dev.graft.backend;

/**
 * The elementwise functions of two arguments. At ties max and min pass half the gradient to each.
 */
public enum BinaryKind {
  ADD,
  SUB,
  MUL,
  DIV,
  MAXIMUM,
  MINIMUM,
  /** a where a is positive, else a·b. */
  PRELU,
  EQ,
  NE,
  GT,
  GE,
  LT,
  LE;

  /** True for those that give 1 where they hold, else 0; they have no gradient. */
  public boolean isComparison() {
    return compareTo(EQ) >= 0;
  }
}
