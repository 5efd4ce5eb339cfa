package dev.graft.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradient of one pooling window of a channels-last image. The window starts at {@code at} and
 * has {@code rows} × {@code columns} pixels of {@code c} channels; {@code line} is the distance
 * between rows.
 */
final class PoolLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private PoolLoops() {}

  /**
   * A vector of channels at a time and the last ones masked. Adds g to d at the window's first
   * largest element, or first NaN; d lies as x does. Where windows are {@code apart}, d is
   * overwritten instead: a load that meets a masked store still under way waits for it (3.8 ms a
   * step of the network on 28×28 pictures).
   */
  static void maxGrad(
      boolean apart,
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
    if (rows <= 0 || columns <= 0) {
      return;
    }
    FloatVector zero = FloatVector.zero(S);
    for (int k = 0; k < c; k += L) {
      VectorMask<Float> m = S.indexInRange(k, c);
      FloatVector best = FloatVector.fromArray(S, x, at + k, m);
      FloatVector where = FloatVector.zero(S);
      float tap = 0;
      for (int r = 0, row = at + k; r < rows; r++, row += line) {
        for (int j = 0, i = row; j < columns; j++, i += c, tap++) {
          FloatVector v = FloatVector.fromArray(S, x, i, m);
          VectorMask<Float> better =
              v.compare(VectorOperators.LE, best).or(best.test(VectorOperators.IS_NAN)).not();
          best = best.blend(v, better);
          where = where.blend(tap, better);
        }
      }
      FloatVector grad = FloatVector.fromArray(S, g, go + k, m);
      tap = 0;
      for (int r = 0, row = to + k; r < rows; r++, row += line) {
        for (int j = 0, i = row; j < columns; j++, i += c, tap++) {
          VectorMask<Float> here = where.compare(VectorOperators.EQ, tap).and(m);
          if (apart) {
            zero.blend(grad, here).intoArray(d, i, m);
          } else {
            FloatVector.fromArray(S, d, i, m).add(grad).intoArray(d, i, here);
          }
        }
      }
    }
  }

  /** Adds g·share to every pixel of the window, or sets them to it; pixel by pixel, as d lies. */
  static void spread(
      boolean add,
      float[] d,
      int at,
      int rows,
      int columns,
      int line,
      int c,
      float share,
      float[] g,
      int go) {
    int bound = S.loopBound(c);
    for (int r = 0, row = at; r < rows; r++, row += line) {
      for (int j = 0, i = row; j < columns; j++, i += c) {
        for (int k = 0; k < bound; k += L) {
          FloatVector part = FloatVector.fromArray(S, g, go + k).mul(share);
          if (add) {
            part = part.add(FloatVector.fromArray(S, d, i + k));
          }
          part.intoArray(d, i + k);
        }
        for (int k = bound; k < c; k++) {
          float part = g[go + k] * share;
          d[i + k] = add ? d[i + k] + part : part;
        }
      }
    }
  }
}
