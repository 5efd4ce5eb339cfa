package dev.graft.op;

import dev.graft.backend.UnaryKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/** The rarer functions of one argument, each as its paper or PyTorch's manual defines it. */
final class ActivationRows {
  private final List<GradientRow> rows = new ArrayList<>();

  private ActivationRows() {
    activations();
    functions();
  }

  static List<GradientRow> all() {
    return List.copyOf(new ActivationRows().rows);
  }

  private void add(
      UnaryKind kind, double p, double q, double from, double to, DoubleUnaryOperator f) {
    Op op = new Unary(kind, (float) p, (float) q);
    rows.add(GradientRow.of(op, in -> in[0].map(f), new int[] {3, 4, 5}).between(from, to));
  }

  private void activations() {
    add(UnaryKind.GELU_TANH, 0, 0, -4, 4, ActivationRows::geluTanh);
    add(UnaryKind.SOFTPLUS, 0.5, 1, -6, 6, x -> x / 2 > 1 ? x : 2 * Math.log1p(Math.exp(x / 2)));
    add(UnaryKind.SELU, 0, 0, -3, 3, x -> 1.0507009873554805 * elu(x, 1.6732632423543772));
    add(UnaryKind.CELU, 0.75, 0, -3, 3, x -> x > 0 ? x : 0.75 * Math.expm1(x / 0.75));
    add(UnaryKind.HARDTANH, -0.5, 1, -2, 2, x -> Math.min(Math.max(x, -0.5), 1));
    add(UnaryKind.HARDSIGMOID, 0, 0, -5, 5, x -> Math.min(Math.max(x + 3, 0), 6) / 6);
    add(UnaryKind.SOFTSIGN, 0, 0, -3, 3, x -> x / (1 + Math.abs(x)));
    add(UnaryKind.MISH, 0, 0, -6, 6, x -> x * Math.tanh(Math.log(1 + Math.exp(x))));
    add(UnaryKind.MISH, 0, 0, 15, 60, x -> x);
    add(UnaryKind.LOG_SIGMOID, 0, 0, -30, 30, x -> -Math.log1p(Math.exp(-x)));
  }

  private static double elu(double x, double alpha) {
    return x > 0 ? x : alpha * (Math.exp(x) - 1);
  }

  private static double geluTanh(double x) {
    return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * Math.pow(x, 3))));
  }

  private void functions() {
    add(UnaryKind.LOG1P, 0, 0, -0.9, 4, Math::log1p);
    add(UnaryKind.EXPM1, 0, 0, -4, 4, Math::expm1);
    add(UnaryKind.SIN, 0, 0, -9, 9, Math::sin);
    add(UnaryKind.COS, 0, 0, -9, 9, Math::cos);
    add(UnaryKind.SIGN, 0, 0, -2, 2, Math::signum);
    add(UnaryKind.FLOOR, 0, 0, -5, 5, Math::floor);
    add(UnaryKind.CEIL, 0, 0, -5, 5, Math::ceil);
    add(UnaryKind.ROUND, 0, 0, -5, 5, Math::rint);
  }
}
