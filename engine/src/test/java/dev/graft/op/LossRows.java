package dev.graft.op;

import dev.graft.backend.LossKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/** Every elementwise loss, with gradients for input and target. */
final class LossRows {
  private final List<GradientRow> rows = new ArrayList<>();

  private LossRows() {
    add(LossKind.MSE, 0, -2, 2, (x, t) -> (x - t) * (x - t));
    add(LossKind.L1, 0, -2, 2, (x, t) -> Math.abs(x - t));
    add(LossKind.SMOOTH_L1, 0.75, -2, 2, (x, t) -> huber(Math.abs(x - t), 0.75) / 0.75);
    add(LossKind.SMOOTH_L1, 0, -2, 2, (x, t) -> Math.abs(x - t));
    add(LossKind.HUBER, 1.5, -2, 2, (x, t) -> huber(Math.abs(x - t), 1.5));
    add(LossKind.BCE_WITH_LOGITS, 0, -4, 4, LossRows::bce);
    add(LossKind.KL_DIV, 0, 0.1, 2, (x, t) -> t * (Math.log(t) - x));
    add(LossKind.KL_DIV_LOG, 0, -3, 0, (x, t) -> Math.exp(t) * (t - x));
  }

  static List<GradientRow> all() {
    return List.copyOf(new LossRows().rows);
  }

  private void add(LossKind kind, double p, double from, double to, DoubleBinaryOperator f) {
    int[] dims = {3, 4, 5};
    Op op = new ElementLoss(kind, (float) p);
    rows.add(GradientRow.of(op, in -> in[0].zip(in[1], f), dims, dims).between(from, to));
  }

  private static double huber(double d, double delta) {
    return d < delta ? d * d / 2 : delta * (d - delta / 2);
  }

  private static double bce(double x, double t) {
    double p = 1 / (1 + Math.exp(-x));
    return -t * Math.log(p) - (1 - t) * Math.log(1 - p);
  }
}
