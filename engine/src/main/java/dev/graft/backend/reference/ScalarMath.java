package dev.graft.backend.reference;

import dev.graft.backend.UnaryKind;

/** The elementwise functions of one argument and their derivatives, in double precision. */
final class ScalarMath {
  private static final double SQRT_HALF = Math.sqrt(0.5);
  private static final double INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);

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
      case SOFTPLUS -> x > 20 ? x : Math.log1p(Math.exp(x));
      case HARDSWISH -> x * Math.clamp(x + 3, 0.0, 6.0) / 6;
      case ELU -> x > 0 ? x : p * Math.expm1(x);
      case RELU6 -> Math.min(Math.max(x, 0), 6);
      case LEAKY_RELU -> x > 0 ? x : p * x;
      case CLAMP -> Math.min(Math.max(x, p), q);
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
      case SOFTPLUS -> x > 20 ? 1 : sigmoid(x);
      case HARDSWISH -> x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6;
      case ELU -> x > 0 ? 1 : y + p;
      case RELU6 -> x > 0 && x < 6 ? 1 : 0;
      case LEAKY_RELU -> x > 0 ? 1 : p;
      case CLAMP -> x >= p && x <= q ? 1 : 0;
      case POW -> p == 0 ? 0 : p * Math.pow(x, p - 1);
      case ADD_SCALAR -> 1;
      case MUL_SCALAR -> p;
    };
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
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
