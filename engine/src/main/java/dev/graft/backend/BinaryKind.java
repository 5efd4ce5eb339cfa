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
  /** 1 where equal, else 0; has no gradient. */
  EQ
}
