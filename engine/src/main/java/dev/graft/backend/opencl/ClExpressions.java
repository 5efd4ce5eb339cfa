package dev.graft.backend.opencl;

import dev.graft.backend.BinaryKind;
import dev.graft.backend.LossKind;
import dev.graft.backend.UnaryKind;

/**
 * What the elementwise kinds compute, as expressions in OpenCL C over the names that the macros in
 * {@code elementwise.cl} give: x, y, p, q, t. The kernels are generated from this table.
 */
final class ClExpressions {
  private ClExpressions() {}

  /** The use of a macro that makes the kernels of a kind. */
  static String use(UnaryKind kind) {
    return use("UNARY", kind, value(kind), slope(kind));
  }

  static String use(BinaryKind kind) {
    String forward = use("BINARY", kind, value(kind));
    return hasGradient(kind)
        ? forward + use("BINARY_GRAD", kind, slopeA(kind), slopeB(kind))
        : forward;
  }

  static String use(LossKind kind) {
    return use("LOSS", kind, value(kind), slope(kind), targetSlope(kind));
  }

  private static String use(String macro, Enum<?> kind, String... expressions) {
    return "\n" + macro + "(" + kind.name() + ", " + String.join(", ", expressions) + ")\n";
  }

  private static String value(UnaryKind kind) {
    return switch (kind) {
      case NEG -> "-x";
      case ABS -> "fabs(x)";
      case SQUARE -> "x * x";
      case SQRT -> "sqrt(x)";
      case RECIPROCAL -> "1 / x";
      case EXP -> "exp(x)";
      case LOG -> "log(x)";
      case TANH -> "tanh(x)";
      case SIGMOID -> "sigmoid(x)";
      case RELU -> "x > 0 || isnan(x) ? x : 0";
      case GELU -> "x * normal(x)";
      case SILU -> "x * sigmoid(x)";
      case GELU_TANH -> "x * sigmoid(2 * gelu_inner(x))";
      case SOFTPLUS -> "p * x > q ? x : log1p(exp(p * x)) / p";
      case HARDSWISH -> "x * least(most(x + 3, 0), 6) / 6";
      case ELU -> "x > 0 ? x : p * expm1(x)";
      case SELU -> "SELU_SCALE * (x > 0 ? x : SELU_ALPHA * expm1(x))";
      case CELU -> "x > 0 ? x : p * expm1(x / p)";
      case RELU6 -> "least(most(x, 0), 6)";
      case LEAKY_RELU -> "x > 0 ? x : p * x";
      case CLAMP, HARDTANH -> "least(most(x, p), q)";
      case HARDSIGMOID -> "least(most(x + 3, 0), 6) / 6";
      case SOFTSIGN -> "x / (1 + fabs(x))";
      case MISH -> "x * mish_gate(x)";
      case LOG_SIGMOID -> "least(x, 0) - log1p(exp(-fabs(x)))";
      case LOG1P -> "log1p(x)";
      case EXPM1 -> "expm1(x)";
      case SIN -> "sin(x)";
      case COS -> "cos(x)";
      case SIGN -> "x > 0 ? 1 : x < 0 ? -1 : 0";
      case FLOOR -> "floor(x)";
      case CEIL -> "ceil(x)";
      case ROUND -> "rint(x)";
      case POW -> "pow(x, p)";
      case ADD_SCALAR -> "x + p";
      case MUL_SCALAR -> "x * p";
    };
  }

  private static String slope(UnaryKind kind) {
    return switch (kind) {
      case NEG -> "-1";
      case ABS -> "signum(x)";
      case SQUARE -> "2 * x";
      case SQRT -> "0.5f / y";
      case RECIPROCAL -> "-y * y";
      case EXP -> "y";
      case LOG -> "1 / x";
      case TANH -> "1 - y * y";
      case SIGMOID -> "y * (1 - y)";
      case RELU -> "x > 0 ? 1 : 0";
      case GELU -> "normal(x) + x * INV_SQRT_2PI * exp(-0.5f * x * x)";
      case SILU -> "sigmoid(x) * (1 + x * (1 - sigmoid(x)))";
      case GELU_TANH -> "gelu_tanh_slope(x)";
      case SOFTPLUS -> "p * x > q ? 1 : sigmoid(p * x)";
      case HARDSWISH -> "x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6";
      case ELU -> "x > 0 ? 1 : y + p";
      case SELU -> "SELU_SCALE * (x > 0 ? 1 : SELU_ALPHA * exp(x))";
      case CELU -> "x > 0 ? 1 : exp(x / p)";
      case RELU6 -> "x > 0 && x < 6 ? 1 : 0";
      case LEAKY_RELU -> "x > 0 ? 1 : p";
      case CLAMP -> "x >= p && x <= q ? 1 : 0";
      case HARDTANH -> "x > p && x < q ? 1 : 0";
      case HARDSIGMOID -> "x > -3 && x < 3 ? 1.0f / 6 : 0";
      case SOFTSIGN -> "1 / ((1 + fabs(x)) * (1 + fabs(x)))";
      case MISH -> "mish_slope(x)";
      case LOG_SIGMOID -> "sigmoid(-x)";
      case LOG1P -> "1 / (1 + x)";
      case EXPM1 -> "y + 1";
      case SIN -> "cos(x)";
      case COS -> "-sin(x)";
      case SIGN, FLOOR, CEIL, ROUND -> "0";
      case POW -> "p == 0 ? 0 : p * pow(x, p - 1)";
      case ADD_SCALAR -> "1";
      case MUL_SCALAR -> "p";
    };
  }

  private static String value(BinaryKind kind) {
    return switch (kind) {
      case ADD -> "x + y";
      case SUB -> "x - y";
      case MUL -> "x * y";
      case DIV -> "x / y";
      case MAXIMUM -> "most(x, y)";
      case MINIMUM -> "least(x, y)";
      case PRELU -> "x > 0 ? x : x * y";
      case EQ -> "x == y ? 1 : 0";
      case NE -> "x != y ? 1 : 0";
      case GT -> "x > y ? 1 : 0";
      case GE -> "x >= y ? 1 : 0";
      case LT -> "x < y ? 1 : 0";
      case LE -> "x <= y ? 1 : 0";
    };
  }

  /** As {@code ElementwiseKernels.binaryGrad} says: the others' gradients need no kernel. */
  private static boolean hasGradient(BinaryKind kind) {
    return switch (kind) {
      case MUL, DIV, MAXIMUM, MINIMUM, PRELU -> true;
      default -> false;
    };
  }

  private static String slopeA(BinaryKind kind) {
    return switch (kind) {
      case MUL -> "y";
      case DIV -> "1 / y";
      case MAXIMUM -> "x > y ? 1 : x == y ? 0.5f : 0";
      case MINIMUM -> "x < y ? 1 : x == y ? 0.5f : 0";
      case PRELU -> "x > 0 ? 1 : y";
      default -> throw new IllegalArgumentException("no gradient of " + kind);
    };
  }

  private static String slopeB(BinaryKind kind) {
    return switch (kind) {
      case MUL -> "x";
      case DIV -> "-x / (y * y)";
      case MAXIMUM -> "y > x ? 1 : x == y ? 0.5f : 0";
      case MINIMUM -> "y < x ? 1 : x == y ? 0.5f : 0";
      case PRELU -> "x > 0 ? 0 : x";
      default -> throw new IllegalArgumentException("no gradient of " + kind);
    };
  }

  private static String value(LossKind kind) {
    return switch (kind) {
      case MSE -> "(x - t) * (x - t)";
      case L1 -> "fabs(x - t)";
      case SMOOTH_L1 -> "fabs(x - t) < p ? (x - t) * (x - t) / (2 * p) : fabs(x - t) - p / 2";
      case HUBER -> "fabs(x - t) < p ? (x - t) * (x - t) / 2 : p * (fabs(x - t) - p / 2)";
      case BCE_WITH_LOGITS -> "most(x, 0) - x * t + log1p(exp(-fabs(x)))";
      case KL_DIV -> "(t == 0 ? 0 : t * log(t)) - t * x";
      case KL_DIV_LOG -> "exp(t) * (t - x)";
    };
  }

  private static String slope(LossKind kind) {
    return switch (kind) {
      case MSE -> "2 * (x - t)";
      case L1 -> "signum(x - t)";
      case SMOOTH_L1 -> "fabs(x - t) < p ? (x - t) / p : signum(x - t)";
      case HUBER -> "fabs(x - t) < p ? x - t : p * signum(x - t)";
      case BCE_WITH_LOGITS -> "sigmoid(x) - t";
      case KL_DIV -> "-t";
      case KL_DIV_LOG -> "-exp(t)";
    };
  }

  private static String targetSlope(LossKind kind) {
    return switch (kind) {
      case MSE, L1, SMOOTH_L1, HUBER -> "-(" + slope(kind) + ")";
      case BCE_WITH_LOGITS -> "-x";
      case KL_DIV -> "t == 0 ? 0 : log(t) + 1 - x";
      case KL_DIV_LOG -> "exp(t) * (t - x + 1)";
    };
  }
}
