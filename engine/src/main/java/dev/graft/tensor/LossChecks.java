package dev.graft.tensor;

import dev.graft.backend.LossKind;
import dev.graft.op.ElementLoss;
import java.util.Arrays;

/**
 * Finds the input that made a loss NaN or infinite. Inputs are looked at only once the loss is so:
 * a pass over them at each step would cost as much as the loss itself. A loss of finite inputs that
 * overflows is left alone.
 */
final class LossChecks {
  private LossChecks() {}

  /**
   * @throws IllegalArgumentException if input has no elements
   */
  static void notEmpty(String op, Tensor input) {
    if (input.numel() == 0) {
      throw new IllegalArgumentException(
          op
              + ": empty batch: input "
              + input.shape()
              + " has nothing to average; skip it, or use reduction SUM");
    }
  }

  private static boolean isFinite(Tensor loss) {
    // The sum of finite losses may overflow, and then only costs the search.
    return Float.isFinite(loss.numel() == 1 ? loss.toArray()[0] : loss.detach().sum().item());
  }

  /**
   * Checks losses of single elements.
   *
   * @throws IllegalArgumentException naming the first element at fault
   */
  static void elements(ElementLoss op, Tensor loss, Tensor each, Tensor x, Tensor target) {
    if (isFinite(loss)) {
      return;
    }
    boolean divergence = op.kind() == LossKind.KL_DIV || op.kind() == LossKind.KL_DIV_LOG;
    float[] losses = each.toArray();
    float[] xs = x.toArray();
    float[] ts = target.toArray();
    for (int i = 0; i < losses.length; i++) {
      if (Float.isFinite(losses[i])
          || divergence && xs[i] == Float.NEGATIVE_INFINITY && !Float.isNaN(losses[i])) {
        continue;
      }
      if (!Float.isFinite(xs[i])) {
        throw fault(op.name(), losses[i], "input", x.shape(), i, xs[i]);
      }
      if (!Float.isFinite(ts[i])) {
        throw fault(op.name(), losses[i], "target", target.shape(), i, ts[i]);
      }
      if (op.kind() == LossKind.KL_DIV && ts[i] < 0) {
        throw new IllegalArgumentException(
            "kl_div: target"
                + position(target.shape(), i)
                + " is "
                + ts[i]
                + ": probabilities are not negative; set logTarget for log-probabilities");
      }
    }
  }

  /**
   * Checks losses of rows: {@code rows} has one for each position of input [n, classes, …] outside
   * the classes. Log-probabilities may be −∞.
   *
   * @throws IllegalArgumentException naming the first element at fault
   */
  static void rows(
      String op, Tensor loss, Tensor rows, String what, Tensor input, boolean logProbs) {
    if (isFinite(loss)) {
      return;
    }
    float[] losses = rows.toArray();
    float[] xs = input.toArray();
    int classes = input.dim(1);
    int inner = input.numel() / Math.max(1, input.dim(0) * classes);
    for (int r = 0; r < losses.length; r++) {
      int first = r / inner * classes * inner + r % inner;
      int at = Float.isFinite(losses[r]) ? -1 : worst(xs, first, inner, classes);
      if (at >= 0 && !(logProbs && xs[at] == Float.NEGATIVE_INFINITY)) {
        throw fault(op, losses[r], what, input.shape(), at, xs[at]);
      }
    }
  }

  /** The first NaN of a row, else the first infinity, else −1. */
  private static int worst(float[] x, int from, int step, int count) {
    int infinite = -1;
    for (int k = 0; k < count; k++) {
      float value = x[from + k * step];
      if (Float.isNaN(value)) {
        return from + k * step;
      }
      if (Float.isInfinite(value) && infinite < 0) {
        infinite = from + k * step;
      }
    }
    return infinite;
  }

  private static IllegalArgumentException fault(
      String op, float loss, String what, Shape shape, int at, float value) {
    return new IllegalArgumentException(
        String.format(
            "%s: the loss is %s: %s%s is %s; an earlier step may have diverged (lower the learning"
                + " rate), or the data is bad",
            op, loss, what, position(shape, at), value));
  }

  private static String position(Shape shape, int at) {
    int[] index = new int[shape.rank()];
    int rest = at;
    for (int i = index.length - 1; i >= 0; i--) {
      index[i] = rest % shape.dim(i);
      rest /= shape.dim(i);
    }
    return index.length == 0 ? "" : Arrays.toString(index);
  }
}
