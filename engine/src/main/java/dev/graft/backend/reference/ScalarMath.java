package dev.graft.backend.reference;

import dev.graft.backend.UnaryKind;

/** The elementwise functions of one argument and their derivatives, in double precision. */
final class ScalarMath {
  private static final double SQRT_HALF = Math.sqrt(0.5);
  private static final double INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);

  private static final double SELU_ALPHA = 1.6732632423543772;
  private static final double SELU_SCALE = 1.0507009873554805;

  private ScalarMath() {}

  static double value(UnaryKind kind, double p, double q, double x) {
    return switch (kind) {
      case NEG -> -x;
      case ABS -> Math.abs(x);
      case SQUARE -> x * x;
      case SQRT -> Math.sqrt(x);
      case RECIPROCAL -> 1 / x;
      case EXP -> Math.exp(x);
      case LOG -> Math.log(x);
      case TANH -> Math.tanh(x);
      case SIGMOID -> sigmoid(x);
      case RELU -> x > 0 || Double.isNaN(x) ? x : 0;
      case GELU -> x * normal(x);
      case SILU -> x * sigmoid(x);
      case GELU_TANH -> x * (1 + Math.tanh(geluInner(x))) / 2;
      case SOFTPLUS -> p * x > q ? x : Math.log1p(Math.exp(p * x)) / p;
      case HARDSWISH -> x * Math.clamp(x + 3, 0.0, 6.0) / 6;
      case ELU -> x > 0 ? x : p * Math.expm1(x);
      case SELU -> SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x));
      case CELU -> x > 0 ? x : p * Math.expm1(x / p);
      case RELU6 -> Math.min(Math.max(x, 0), 6);
      case LEAKY_RELU -> x > 0 ? x : p * x;
      case CLAMP, HARDTANH -> Math.min(Math.max(x, p), q);
      case HARDSIGMOID -> Math.min(Math.max(x + 3, 0), 6) / 6;
      case SOFTSIGN -> x / (1 + Math.abs(x));
      case MISH -> x * Math.tanh(Math.log1p(Math.exp(x)));
      case LOG_SIGMOID -> Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
      case LOG1P -> Math.log1p(x);
      case EXPM1 -> Math.expm1(x);
      case SIN -> Math.sin(x);
      case COS -> Math.cos(x);
      case SIGN -> x > 0 ? 1 : x < 0 ? -1 : 0;
      case FLOOR -> Math.floor(x);
      case CEIL -> Math.ceil(x);
      case ROUND -> Math.rint(x);
      case POW -> Math.pow(x, p);
      case ADD_SCALAR -> x + p;
      case MUL_SCALAR -> x * p;
    };
  }

  static double slope(UnaryKind kind, double p, double q, double x, double y) {
    return switch (kind) {
      case NEG -> -1;
      case ABS -> Math.signum(x);
      case SQUARE -> 2 * x;
      case SQRT -> 0.5 / y;
      case RECIPROCAL -> -y * y;
      case EXP -> y;
      case LOG -> 1 / x;
      case TANH -> 1 - y * y;
      case SIGMOID -> y * (1 - y);
      case RELU -> x > 0 ? 1 : 0;
      case GELU -> normal(x) + x * INV_SQRT_2PI * Math.exp(-0.5 * x * x);
      case SILU -> sigmoid(x) * (1 + x * (1 - sigmoid(x)));
      case GELU_TANH -> geluTanhSlope(x);
      case SOFTPLUS -> p * x > q ? 1 : sigmoid(p * x);
      case HARDSWISH -> x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6;
      case ELU -> x > 0 ? 1 : y + p;
      case SELU -> SELU_SCALE * (x > 0 ? 1 : SELU_ALPHA * Math.exp(x));
      case CELU -> x > 0 ? 1 : Math.exp(x / p);
      case RELU6 -> x > 0 && x < 6 ? 1 : 0;
      case LEAKY_RELU -> x > 0 ? 1 : p;
      case CLAMP -> x >= p && x <= q ? 1 : 0;
      case HARDTANH -> x > p && x < q ? 1 : 0;
      case HARDSIGMOID -> x > -3 && x < 3 ? 1.0 / 6 : 0;
      case SOFTSIGN -> 1 / ((1 + Math.abs(x)) * (1 + Math.abs(x)));
      case MISH -> mishSlope(x);
      case LOG_SIGMOID -> sigmoid(-x);
      case LOG1P -> 1 / (1 + x);
      case EXPM1 -> y + 1;
      case SIN -> Math.cos(x);
      case COS -> -Math.sin(x);
      case SIGN, FLOOR, CEIL, ROUND -> 0;
      case POW -> p == 0 ? 0 : p * Math.pow(x, p - 1);
      case ADD_SCALAR -> 1;
      case MUL_SCALAR -> p;
    };
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  private static double geluInner(double x) {
    return Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
  }

  private static double geluTanhSlope(double x) {
    double t = Math.tanh(geluInner(x));
    double inner = Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
    return (1 + t) / 2 + x / 2 * (1 - t * t) * inner;
  }

  private static double mishSlope(double x) {
    double t = Math.tanh(Math.log1p(Math.exp(x)));
    return t + x * (1 - t * t) * sigmoid(x);
  }

  private static double normal(double x) {
    return 0.5 * erfc(-x * SQRT_HALF);
  }

  /**
   * The complementary error function by Maclaurin series below 3 (error under 1e-11 there, where
   * the terms cancel at worst to e^9) and Lentz's continued fraction above.
   */
  private static double erfc(double x) {
    if (x < 0) {
      return 2 - erfc(-x);
    }
    if (x < 3) {
      double term = x;
      double sum = x;
      for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum) && n < 200; n++) {
        term *= -x * x / n;
        sum += term / (2 * n + 1);
      }
      return 1 - 2 / Math.sqrt(Math.PI) * sum;
    }
    double fraction = 0;
    for (int k = 60; k >= 1; k--) {
      fraction = k / 2.0 / (x + fraction);
    }
    return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
  }
}
