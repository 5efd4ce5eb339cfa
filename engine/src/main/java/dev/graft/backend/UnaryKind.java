package dev.graft.backend;

/**
 * The elementwise functions of one argument, y = f(x). Some take one or two parameters p and q. The
 * derivative is given x, y and the gradient g of y.
 */
public enum UnaryKind {
  NEG,
  ABS,
  SQUARE,
  SQRT,
  RECIPROCAL,
  EXP,
  LOG,
  TANH,
  SIGMOID,
  /** max(x, 0); the derivative at 0 is 0. */
  RELU,
  /** x·Φ(x) with the exact normal distribution function (Hendrycks and Gimpel, 2016). */
  GELU,
  /** x·sigmoid(x). */
  SILU,
  /** log(1 + exp(x)); x itself where x exceeds 20, as in PyTorch. */
  SOFTPLUS,
  /** x·relu6(x + 3)/6 (Howard et al., 2019). */
  HARDSWISH,
  /** x where x is positive, else p·(exp(x) − 1) (Clevert et al., 2015). */
  ELU,
  /** min(max(x, 0), 6). */
  RELU6,
  /** x where x is positive, else p·x. */
  LEAKY_RELU,
  /** min(max(x, p), q); the derivative is 1 on the closed interval. */
  CLAMP,
  /** x to the power p. */
  POW,
  /** x + p. */
  ADD_SCALAR,
  /** x·p. */
  MUL_SCALAR
}
