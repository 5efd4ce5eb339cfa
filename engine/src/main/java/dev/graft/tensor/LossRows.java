package dev.graft.tensor;

import java.util.Arrays;

/** How losses over classes see their inputs: as rows of class scores. */
final class LossRows {
  private LossRows() {}

  static void checkInput(String op, Tensor x) {
    if (x.rank() < 2) {
      throw ShapeException.of(
          "%s: needs input [n, classes] or [n, classes, …]: got %s", op, x.shape());
    }
  }

  /** Input [n, classes, …] as [rows, classes]: free where channels lie last in memory. */
  static Tensor of(String op, Tensor x) {
    checkInput(op, x);
    if (x.rank() == 2) {
      return x;
    }
    int[] order = new int[x.rank()];
    for (int i = 1; i < order.length - 1; i++) {
      order[i] = i + 1;
    }
    order[order.length - 1] = 1;
    return x.permute(order).reshape(x.numel() / Math.max(1, x.dim(1)), x.dim(1));
  }

  /** One value per row as [n, …], the input's shape without its classes. */
  static Tensor back(Tensor rows, Tensor input) {
    int[] dims = new int[input.rank() - 1];
    for (int i = 0; i < dims.length; i++) {
      dims[i] = input.dim(i == 0 ? 0 : i + 1);
    }
    return rows.reshape(Shape.of(dims));
  }

  /** What a mean divides by: the weights of the targets that are not ignored. */
  static float totalWeight(String op, Tensor input, int[] target, Tensor weight) {
    LossChecks.notEmpty(op, input);
    float[] weights = weight == null ? null : weight.toArray();
    double total = 0;
    boolean ignored = true;
    for (int t : target) {
      ignored &= t < 0;
      total += t < 0 ? 0 : weights == null ? 1 : weights[t];
    }
    if (ignored || total == 0) {
      throw new IllegalArgumentException(
          op
              + (ignored
                  ? ": nothing to average: every target is -100, which ignores its row"
                  : ": nothing to average: the class weights of all targets are 0"));
    }
    return (float) total;
  }

  /** Class weights [classes] so that they broadcast over input [n, classes, …]. */
  static Tensor alongClasses(String op, Tensor weight, Tensor input) {
    checkWeights(op, "class weights", weight, input.dim(1));
    int[] dims = new int[input.rank() - 1];
    Arrays.fill(dims, 1);
    dims[0] = input.dim(1);
    return weight.reshape(dims);
  }

  /** The value of each target's class; for ignored rows, whose loss is 0, any. */
  static Tensor ofTargets(String op, Tensor perClass, int[] target, int classes) {
    checkWeights(op, "alpha weights", perClass, classes);
    int[] index = new int[target.length];
    for (int i = 0; i < index.length; i++) {
      index[i] = Math.max(0, target[i]);
    }
    return perClass.indexSelect(0, index);
  }

  private static void checkWeights(String op, String what, Tensor weight, int classes) {
    if (!weight.shape().equals(Shape.of(classes))) {
      throw ShapeException.of(
          "%s: %s %s do not fit %d classes: expected [%d]",
          op, what, weight.shape(), classes, classes);
    }
  }

  static void checkFactor(String op, String what, Tensor factor, Tensor x) {
    if (!factor.shape().broadcastsTo(x.shape())) {
      throw ShapeException.of(
          "%s: %s %s does not broadcast to the input %s", op, what, factor.shape(), x.shape());
    }
  }
}
