package dev.graft.op;

import dev.graft.backend.BinaryKind;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/** Comparisons, choices, extremes, running sums, products, norms and what moves elements. */
final class SelectingRows {
  private static final int[] X = {3, 4, 5};
  private static final int[] SOME = {0, -1};
  private static final int[] NONE = {};

  private final List<GradientRow> rows = new ArrayList<>();

  private SelectingRows() {
    comparisons();
    choices();
    lines();
    norms();
  }

  static List<GradientRow> all() {
    return List.copyOf(new SelectingRows().rows);
  }

  private void comparisons() {
    compare(BinaryKind.NE, (a, b) -> a != b ? 1 : 0);
    compare(BinaryKind.GT, (a, b) -> a > b ? 1 : 0);
    compare(BinaryKind.GE, (a, b) -> a >= b ? 1 : 0);
    compare(BinaryKind.LT, (a, b) -> a < b ? 1 : 0);
    compare(BinaryKind.LE, (a, b) -> a <= b ? 1 : 0);
    for (int[] weight : new int[][] {{4, 1}, {1}, {3, 4, 5}}) {
      rows.add(
          GradientRow.of(
              new Binary(BinaryKind.PRELU),
              in -> in[0].zip(in[1], (a, b) -> a > 0 ? a : a * b),
              X,
              weight));
    }
  }

  private void compare(BinaryKind kind, DoubleBinaryOperator f) {
    rows.add(GradientRow.of(new Binary(kind), in -> in[0].zip(in[1], f), X, new int[] {4, 1}));
  }

  private void choices() {
    rows.add(
        GradientRow.of(new Where(), in -> where(in), X, new int[] {4, 1}, new int[] {3, 1, 5})
            .withoutGradient(1));
    rows.add(
        GradientRow.of(new Where(), in -> where(in), new int[] {5}, new int[] {}, X)
            .withoutGradient(1));
    int[] index = new int[3 * 2 * 5];
    for (int i = 0; i < index.length; i++) {
      index[i] = i * 7 % 4;
    }
    rows.add(
        GradientRow.of(
            new Gather(1, 2, index),
            in ->
                Doubles.build(
                    new int[] {3, 2, 5},
                    at -> in[0].get(at[0], index[(at[0] * 2 + at[1]) * 5 + at[2]], at[2])),
            X));
    rows.add(GradientRow.of(new Extreme(true, SOME, true), in -> min(in[0], 0, 2), X));
    rows.add(
        GradientRow.of(new Extreme(true, NONE, false), in -> min(in[0], 0, 1, 2).reshape(), X));
  }

  private static Doubles where(Doubles[] in) {
    Doubles a = in[0].zip(in[2], (v, c) -> c != 0 ? v : 0);
    return a.add(in[1].zip(in[2], (v, c) -> c != 0 ? 0 : v));
  }

  private static Doubles min(Doubles x, int... over) {
    return x.reduce(Double.POSITIVE_INFINITY, Math::min, over);
  }

  private void lines() {
    for (int dim = 0; dim < 3; dim++) {
      int d = dim;
      rows.add(GradientRow.of(new CumSum(d - 3), in -> cumsum(in[0], d), X));
      rows.add(GradientRow.of(new Prod(d, true), in -> in[0].reduce(1, (a, b) -> a * b, d), X));
      rows.add(GradientRow.of(new Flip(d), in -> in[0].along(d, X[d], i -> X[d] - 1 - i), X));
      for (int shift : new int[] {0, 1, -2, 9}) {
        rows.add(
            GradientRow.of(
                new Roll(shift, d),
                in -> in[0].along(d, X[d], i -> Math.floorMod(i - shift, X[d])),
                X));
      }
    }
    rows.add(
        GradientRow.of(
            new Flip(2, 0), in -> in[0].along(0, 3, i -> 2 - i).along(2, 5, i -> 4 - i), X));
  }

  private static Doubles cumsum(Doubles x, int dim) {
    return Doubles.build(
        x.dims(),
        at -> {
          double sum = 0;
          int[] from = at.clone();
          for (int k = 0; k <= at[dim]; k++) {
            from[dim] = k;
            sum += x.get(from);
          }
          return sum;
        });
  }

  private void norms() {
    for (float p : new float[] {1, 2, 3, 0.5f}) {
      rows.add(GradientRow.of(new Norm(p, SOME, true), in -> norm(in[0], p, 0, 2), X));
    }
    rows.add(GradientRow.of(new Norm(2, NONE, false), in -> norm(in[0], 2, 0, 1, 2).reshape(), X));
    rows.add(
        GradientRow.of(
            new Norm(Float.POSITIVE_INFINITY, SOME, true),
            in -> in[0].map(Math::abs).max(0, 2),
            X));
    rows.add(GradientRow.of(new Norm(0, SOME, true), in -> in[0].map(v -> 1).sum(0, 2), X));
  }

  private static Doubles norm(Doubles x, double p, int... over) {
    return x.map(v -> Math.pow(Math.abs(v), p)).sum(over).map(v -> Math.pow(v, 1 / p));
  }
}
