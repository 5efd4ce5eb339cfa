package dev.graft.op;

import dev.graft.tensor.Rng;
import java.util.Arrays;
import java.util.function.Function;

/**
 * One op with one configuration: its definition in double precision, and inputs to try it on.
 *
 * @param fixed how many of the last inputs have no gradient
 * @param from the least input value
 * @param to the greatest
 */
record GradientRow(
    Op op,
    Function<Doubles[], Doubles> definition,
    int fixed,
    double from,
    double to,
    int[][] shapes) {

  static GradientRow of(Op op, Function<Doubles[], Doubles> definition, int[]... shapes) {
    return new GradientRow(op, definition, 0, -2, 2, shapes);
  }

  GradientRow between(double least, double greatest) {
    return new GradientRow(op, definition, fixed, least, greatest, shapes);
  }

  GradientRow withoutGradient(int lastInputs) {
    return new GradientRow(op, definition, lastInputs, from, to, shapes);
  }

  /** Random inputs, each value exact in float32. */
  Doubles[] inputs(Rng rng) {
    Doubles[] inputs = new Doubles[shapes.length];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = Doubles.build(shapes[i], at -> (float) (from + (to - from) * rng.nextDouble()));
    }
    return inputs;
  }

  @Override
  public String toString() {
    return op + " " + Arrays.deepToString(shapes);
  }
}
