package dev.graft.weights.onnx;

import dev.graft.op.Unary;
import java.util.Map;

/** The elementwise functions of one argument, by ONNX's own where it has them. */
final class UnaryOperators {
  private UnaryOperators() {}

  static String convert(Unary u, Nodes nodes, String x) {
    return switch (u.kind()) {
      case NEG -> nodes.node("Neg", x);
      case ABS -> nodes.node("Abs", x);
      case SQUARE -> nodes.node("Mul", x, x);
      case SQRT -> nodes.node("Sqrt", x);
      case RECIPROCAL -> nodes.node("Reciprocal", x);
      case EXP -> nodes.node("Exp", x);
      case EXPM1 -> nodes.node("Sub", nodes.node("Exp", x), nodes.number(1));
      case LOG -> nodes.node("Log", x);
      case LOG1P -> nodes.node("Log", nodes.node("Add", x, nodes.number(1)));
      case SIN -> nodes.node("Sin", x);
      case COS -> nodes.node("Cos", x);
      case SIGN -> nodes.node("Sign", x);
      case FLOOR -> nodes.node("Floor", x);
      case CEIL -> nodes.node("Ceil", x);
      case ROUND -> nodes.node("Round", x);
      case POW -> nodes.node("Pow", x, nodes.number(u.p()));
      case ADD_SCALAR -> nodes.node("Add", x, nodes.number(u.p()));
      case MUL_SCALAR -> nodes.node("Mul", x, nodes.number(u.p()));
      default -> activation(u, nodes, x);
    };
  }

  private static String activation(Unary u, Nodes nodes, String x) {
    return switch (u.kind()) {
      case TANH -> nodes.node("Tanh", x);
      case SIGMOID -> nodes.node("Sigmoid", x);
      case LOG_SIGMOID -> nodes.node("Neg", nodes.node("Softplus", nodes.node("Neg", x)));
      case RELU -> nodes.node("Relu", x);
      case RELU6 -> clip(0, 6, nodes, x);
      case CLAMP, HARDTANH -> clip(u.p(), u.q(), nodes, x);
      case LEAKY_RELU -> nodes.node("LeakyRelu", Map.of("alpha", u.p()), x);
      case ELU -> nodes.node("Elu", Map.of("alpha", u.p()), x);
      case CELU -> nodes.node("Celu", Map.of("alpha", u.p()), x);
      case SELU -> nodes.node("Selu", x);
      case SOFTSIGN -> nodes.node("Softsign", x);
      case SOFTPLUS -> softplus(u.p(), nodes, x);
      case HARDSIGMOID -> hardSigmoid(nodes, x);
      case HARDSWISH -> nodes.node("Mul", x, hardSigmoid(nodes, x));
      case SILU -> nodes.node("Mul", x, nodes.node("Sigmoid", x));
      case MISH -> nodes.node("Mul", x, nodes.node("Tanh", nodes.node("Softplus", x)));
      case GELU -> gelu(nodes, x);
      case GELU_TANH -> geluTanh(nodes, x);
      default -> throw nodes.refuse("cannot be written; express it by other operations");
    };
  }

  private static String clip(float low, float high, Nodes nodes, String x) {
    return nodes.node("Clip", x, nodes.number(low), nodes.number(high));
  }

  /** log(1 + exp(p·x))/p; from where ours is linear, both are the same in float32. */
  private static String softplus(float p, Nodes nodes, String x) {
    if (p == 1) {
      return nodes.node("Softplus", x);
    }
    String scaled = nodes.node("Mul", x, nodes.number(p));
    return nodes.node("Div", nodes.node("Softplus", scaled), nodes.number(p));
  }

  private static String hardSigmoid(Nodes nodes, String x) {
    return nodes.node("HardSigmoid", Map.of("alpha", 1 / 6f, "beta", 0.5f), x);
  }

  /** x·(1 + erf(x/√2))/2. */
  private static String gelu(Nodes nodes, String x) {
    String erf = nodes.node("Erf", nodes.node("Mul", x, nodes.number((float) Math.sqrt(0.5))));
    return timesHalf(nodes, x, erf);
  }

  /** x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2. */
  private static String geluTanh(Nodes nodes, String x) {
    String cube = nodes.node("Mul", nodes.node("Mul", x, x), x);
    String inner = nodes.node("Add", x, nodes.node("Mul", cube, nodes.number(0.044715f)));
    String scaled = nodes.node("Mul", inner, nodes.number((float) Math.sqrt(2 / Math.PI)));
    return timesHalf(nodes, x, nodes.node("Tanh", scaled));
  }

  private static String timesHalf(Nodes nodes, String x, String y) {
    String sum = nodes.node("Add", y, nodes.number(1));
    return nodes.node("Mul", nodes.node("Mul", x, sum), nodes.number(0.5f));
  }
}
