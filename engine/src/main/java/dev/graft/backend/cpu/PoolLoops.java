package dev.graft.backend.cpu;

import dev.graft.backend.cpu.cold.PlainPooling;
import dev.graft.backend.cpu.cold.WarmUp;
import dev.graft.backend.cpu.cold.Warming;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One pooling window of a channels-last image, a vector of channels at a time. The window starts at
 * {@code at} and has {@code rows} × {@code columns} pixels of {@code c} channels; {@code line} is
 * the distance between rows.
 */
final class PoolLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private static boolean compiled = WarmUp.isOff();

  private PoolLoops() {}

  /** The forward passes. */
  static Warming warming() {
    float[] x = new float[18 * L];
    float[] y = new float[2 * L];
    return new Warming(
        "pooling",
        80,
        () -> {
          maxVectors(x, 0, 3, 3, 0, L + 1, y, 0);
          averageVectors(x, 0, 3, 3, 0, L + 1, 0.5f, y, 0);
          WholePoolLoops.max(x, 0, 3, 3, 0, L + 1, y, 0);
        },
        yes -> compiled = yes);
  }

  /** Until then the twins of these loops serve for {@link WholePoolLoops} as well. */
  static boolean isCompiled() {
    return compiled;
  }

  static void max(float[] x, int at, int rows, int columns, int line, int c, float[] y, int yo) {
    if (compiled) {
      maxVectors(x, at, rows, columns, line, c, y, yo);
    } else {
      WarmUp.begin();
      PlainPooling.max(x, at, rows, columns, line, 0, c, y, yo);
    }
  }

  private static void maxVectors(
      float[] x, int at, int rows, int columns, int line, int c, float[] y, int yo) {
    int k = 0;
    for (; k + L <= c; k += L) {
      FloatVector best = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
      for (int r = 0, row = at + k; r < rows; r++, row += line) {
        for (int j = 0, i = row; j < columns; j++, i += c) {
          best = best.max(FloatVector.fromArray(S, x, i));
        }
      }
      best.intoArray(y, yo + k);
    }
    if (k < c) {
      // Not masked: at an array's end some JVMs' code makes a mask object at every call.
      PlainPooling.max(x, at, rows, columns, line, k, c, y, yo);
    }
  }

  /**
   * Adds g to d at the window's first largest element, or first NaN; d lies as x does. Where
   * windows are {@code apart}, d is overwritten instead: a load that meets a masked store still
   * under way waits for it (3.8 ms a step of the network on 28×28 pictures).
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

  /** The window's sum times {@code share}; rows are summed apart, for accuracy in large windows. */
  static void average(
      float[] x, int at, int rows, int columns, int line, int c, float share, float[] y, int yo) {
    if (compiled) {
      averageVectors(x, at, rows, columns, line, c, share, y, yo);
    } else {
      WarmUp.begin();
      PlainPooling.average(x, at, rows, columns, line, 0, c, share, y, yo);
    }
  }

  private static void averageVectors(
      float[] x, int at, int rows, int columns, int line, int c, float share, float[] y, int yo) {
    int k = 0;
    for (; k + L <= c; k += L) {
      FloatVector total = FloatVector.zero(S);
      for (int r = 0, row = at + k; r < rows; r++, row += line) {
        FloatVector sum = FloatVector.zero(S);
        for (int j = 0, i = row; j < columns; j++, i += c) {
          sum = sum.add(FloatVector.fromArray(S, x, i));
        }
        total = total.add(sum);
      }
      total.mul(share).intoArray(y, yo + k);
    }
    if (k < c) {
      PlainPooling.average(x, at, rows, columns, line, k, c, share, y, yo);
    }
  }

  /** Adds g·share to every pixel of the window. */
  static void spread(
      float[] d, int at, int rows, int columns, int line, int c, float share, float[] g, int go) {
    for (int k = 0; k < c; k += L) {
      VectorMask<Float> m = S.indexInRange(k, c);
      FloatVector part = FloatVector.fromArray(S, g, go + k, m).mul(share);
      for (int r = 0, row = at + k; r < rows; r++, row += line) {
        for (int j = 0, i = row; j < columns; j++, i += c) {
          FloatVector.fromArray(S, d, i, m).add(part).intoArray(d, i, m);
        }
      }
    }
  }
}
