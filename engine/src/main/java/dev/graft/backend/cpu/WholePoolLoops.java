package dev.graft.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Max pooling windows by whole vectors, as {@link PoolLoops} by masked ones, for where the lanes
 * beyond the last channel do no harm: their results are overwritten by the next pixel's.
 */
final class WholePoolLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private WholePoolLoops() {}

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

  static void max(float[] x, int at, int rows, int columns, int line, int c, float[] y, int yo) {
    for (int from = 0; from < c; from += L) {
      int k = Math.max(0, Math.min(from, c - L));
      FloatVector best = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
      for (int r = 0, row = at + k; r < rows; r++, row += line) {
        for (int j = 0, i = row; j < columns; j++, i += c) {
          best = best.max(FloatVector.fromArray(S, x, i));
        }
      }
      best.intoArray(y, yo + k);
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
}
