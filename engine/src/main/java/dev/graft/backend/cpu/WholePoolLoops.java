package dev.graft.backend.cpu;

import dev.graft.backend.cpu.cold.WarmUp;
import dev.graft.backend.cpu.cold.Warming;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One pooling window of a channels-last image by whole vectors, for where the lanes beyond the last
 * channel do no harm: their results are overwritten by the next pixel's. The window is described as
 * for {@link PoolLoops}. No mask: at an array's end a masked access makes, in some JVMs' code, an
 * object of its mask at every call.
 */
final class WholePoolLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private static boolean compiled = WarmUp.isOff();

  private WholePoolLoops() {}

  /** The forward passes. */
  static Warming warming() {
    float[] x = new float[18 * L];
    float[] y = new float[2 * L];
    return new Warming(
        "pooling",
        90,
        () -> {
          max(x, 0, 3, 3, 0, L + 1, y, 0);
          max(x, 0, 2, 2, 0, L + 1, y, 0);
          average(x, 0, 3, 3, 0, L + 1, 0.5f, y, 0);
        },
        yes -> compiled = yes);
  }

  /** Whether the forward passes are; until then their twins in plain Java serve. */
  static boolean isCompiled() {
    return compiled;
  }

  /**
   * Floats beyond the last channel's that whole vectors take in: none where there is a vector of
   * channels, since the last one may begin earlier.
   */
  static int excess(int channels) {
    return Math.max(0, L - channels);
  }

  /** Whether no element is met twice. */
  static boolean isExact(int channels) {
    return channels % L == 0;
  }

  /** The window's maxima by channel; NaN where any is NaN. */
  static void max(float[] x, int at, int rows, int columns, int line, int c, float[] y, int yo) {
    if (rows == 2 && columns == 2) {
      maxOfFour(x, at, line, c, y, yo);
      return;
    }
    for (int from = 0; from < c; from += L) {
      int k = Math.max(0, Math.min(from, c - L));
      FloatVector best = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
      for (int r = 0, row = at + k; r < rows; r++, row += line) {
        for (int j = 0, i = row; j < columns; j++, i += c) {
          // The loaded vector's class is certain: called on best, of a loop's phi, max was a
          // virtual
          // call and boxed in 4 of 21 JVMs that had run many other loops before.
          best = FloatVector.fromArray(S, x, i).max(best);
        }
      }
      best.intoArray(y, yo + k);
    }
  }

  /** The commonest window, 2×2, without inner loops. */
  private static void maxOfFour(float[] x, int at, int line, int c, float[] y, int yo) {
    for (int from = 0; from < c; from += L) {
      int k = Math.max(0, Math.min(from, c - L));
      int i = at + k;
      FloatVector above = FloatVector.fromArray(S, x, i).max(FloatVector.fromArray(S, x, i + c));
      FloatVector below =
          FloatVector.fromArray(S, x, i + line).max(FloatVector.fromArray(S, x, i + line + c));
      above.max(below).intoArray(y, yo + k);
    }
  }

  /** The window's sum times {@code share}; rows are summed apart, for accuracy in large windows. */
  static void average(
      float[] x, int at, int rows, int columns, int line, int c, float share, float[] y, int yo) {
    for (int from = 0; from < c; from += L) {
      int k = Math.max(0, Math.min(from, c - L));
      FloatVector total = FloatVector.zero(S);
      for (int r = 0, row = at + k; r < rows; r++, row += line) {
        FloatVector sum = FloatVector.zero(S);
        for (int j = 0, i = row; j < columns; j++, i += c) {
          sum = FloatVector.fromArray(S, x, i).add(sum);
        }
        total = total.add(sum);
      }
      total.mul(share).intoArray(y, yo + k);
    }
  }

  /**
   * Sets d to g at the window's first largest element, or first NaN, and to 0 elsewhere; with
   * {@code add} adds g there instead.
   */
  static void maxGrad(
      boolean add,
      float[] x,
      int at,
      int rows,
      int columns,
      int line,
      int c,
      float[] g,
      int go,
      float[] d,
      int to) {
    if (rows == 2 && columns == 2 && !add) {
      maxGradOfFour(x, at, line, c, g, go, d, to);
      return;
    }
    FloatVector zero = FloatVector.zero(S);
    for (int from = 0; from < c; from += L) {
      int k = Math.max(0, Math.min(from, c - L));
      FloatVector best = FloatVector.fromArray(S, x, at + k);
      FloatVector where = FloatVector.zero(S);
      float tap = 0;
      for (int r = 0, row = at + k; r < rows; r++, row += line) {
        for (int j = 0, i = row; j < columns; j++, i += c, tap++) {
          FloatVector v = FloatVector.fromArray(S, x, i);
          VectorMask<Float> better =
              v.compare(VectorOperators.LE, best).or(best.test(VectorOperators.IS_NAN)).not();
          best = best.blend(v, better);
          where = where.blend(tap, better);
        }
      }
      FloatVector grad = FloatVector.fromArray(S, g, go + k);
      tap = 0;
      for (int r = 0, row = to + k; r < rows; r++, row += line) {
        for (int j = 0, i = row; j < columns; j++, i += c, tap++) {
          FloatVector part = zero.blend(grad, where.compare(VectorOperators.EQ, tap));
          if (add) {
            part = part.add(FloatVector.fromArray(S, d, i));
          }
          part.intoArray(d, i);
        }
      }
    }
  }

  /**
   * A window of 2×2 whose gradient is set. A later element takes over where it is greater, or NaN
   * after a number. With {@link #maxOfFour}, a training step on 28×28 pictures, two convolutions of
   * 5×5 each before such a pooling, gained 5 %.
   */
  private static void maxGradOfFour(
      float[] x, int at, int line, int c, float[] g, int go, float[] d, int to) {
    FloatVector zero = FloatVector.zero(S);
    for (int from = 0; from < c; from += L) {
      int k = Math.max(0, Math.min(from, c - L));
      int i = at + k;
      FloatVector best = FloatVector.fromArray(S, x, i);
      FloatVector second = FloatVector.fromArray(S, x, i + c);
      FloatVector third = FloatVector.fromArray(S, x, i + line);
      FloatVector fourth = FloatVector.fromArray(S, x, i + line + c);
      VectorMask<Float> isSecond =
          second.compare(VectorOperators.LE, best).or(best.test(VectorOperators.IS_NAN)).not();
      best = best.blend(second, isSecond);
      VectorMask<Float> isThird =
          third.compare(VectorOperators.LE, best).or(best.test(VectorOperators.IS_NAN)).not();
      best = best.blend(third, isThird);
      VectorMask<Float> isFourth =
          fourth.compare(VectorOperators.LE, best).or(best.test(VectorOperators.IS_NAN)).not();
      FloatVector toFourth = FloatVector.fromArray(S, g, go + k);
      FloatVector toThird = toFourth.blend(zero, isFourth);
      FloatVector toSecond = toThird.blend(zero, isThird);
      // In the order of memory: lanes beyond the last channel are the next pixel's.
      int o = to + k;
      toSecond.blend(zero, isSecond).intoArray(d, o);
      zero.blend(toSecond, isSecond).intoArray(d, o + c);
      zero.blend(toThird, isThird).intoArray(d, o + line);
      zero.blend(toFourth, isFourth).intoArray(d, o + line + c);
    }
  }
}
