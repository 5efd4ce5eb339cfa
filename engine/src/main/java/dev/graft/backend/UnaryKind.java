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
  /** x·Φ(x) with Φ(x) = (1 + tanh(√(2/π)·(x + 0.044715·x³)))/2. */
  GELU_TANH,
  /** log(1 + exp(p·x))/p; x itself where p·x exceeds q. */
  SOFTPLUS,
  /** x·relu6(x + 3)/6 (Howard et al., 2019). */
  HARDSWISH,
  /** x where x is positive, else p·(exp(x) − 1) (Clevert et al., 2015). */
  ELU,
  /** As ELU, both parts scaled, with the constants of Klambauer et al. (2017). */
  SELU,
  /** x where x is positive, else p·(exp(x/p) − 1) (Barron, 2017). */
  CELU,
  /** min(max(x, 0), 6). */
  RELU6,
  /** x where x is positive, else p·x. */
  LEAKY_RELU,
  /** min(max(x, p), q); the derivative is 1 on the closed interval. */
  CLAMP,
  /** min(max(x, p), q); the derivative is 1 on the open interval. */
  HARDTANH,
  /** relu6(x + 3)/6. */
  HARDSIGMOID,
  /** x/(1 + |x|). */
  SOFTSIGN,
  /** x·tanh(log(1 + exp(x))) (Misra, 2019). */
  MISH,
  /** log(sigmoid(x)). */
  LOG_SIGMOID,
  /** log(1 + x), accurate near 0. */
  LOG1P,
  /** exp(x) − 1, accurate near 0. */
  EXPM1,
  SIN,
  COS,
  /** 1, 0 or −1; 0 of NaN. This and the roundings have the derivative 0. */
  SIGN,
  FLOOR,
  CEIL,
  /** The nearest integer; of two the even one. */
  ROUND,
  /** x to the power p. */
  POW,
  /** x + p. */
  ADD_SCALAR,
  /** x·p. */
  MUL_SCALAR
}
