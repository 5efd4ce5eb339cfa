package dev.graft.backend.cpu;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Rows of a where a condition is not 0, else of b; each may be one number along the row (step 0).
 * Tails are masked.
 */
final class SelectLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private SelectLoops() {}

  /** A run of an array, or one number of it where step is 0. */
  record Run(float[] array, int at, int step) {
    void copy(float[] y, int yo, int n) {
      if (step == 0) {
        Arrays.fill(y, yo, yo + n, array[at]);
      } else {
        System.arraycopy(array, at, y, yo, n);
      }
    }
  }

  static void apply(Run c, Run a, Run b, float[] y, int yo, int n) {
    if (c.step == 0) {
      (c.array[c.at] != 0 ? a : b).copy(y, yo, n);
    } else if (a.step != 0 && b.step != 0) {
      rows(c.array, c.at, a.array, a.at, b.array, b.at, y, yo, n);
    } else if (a.step != 0) {
      rowOr(c.array, c.at, a.array, a.at, b.array[b.at], y, yo, n);
    } else if (b.step != 0) {
      orRow(c.array, c.at, a.array[a.at], b.array, b.at, y, yo, n);
    } else {
      numbers(c.array, c.at, a.array[a.at], b.array[b.at], y, yo, n);
    }
  }

  private static VectorMask<Float> chosen(float[] c, int at, VectorMask<Float> m) {
    return FloatVector.fromArray(S, c, at, m).compare(VectorOperators.NE, 0f);
  }

  private static void rows(
      float[] c, int co, float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector va = FloatVector.fromArray(S, a, ao + i, m);
      FloatVector vb = FloatVector.fromArray(S, b, bo + i, m);
      vb.blend(va, chosen(c, co + i, m)).intoArray(y, yo + i, m);
    }
  }

  private static void rowOr(
      float[] c, int co, float[] a, int ao, float b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector va = FloatVector.fromArray(S, a, ao + i, m);
      va.blend(b, chosen(c, co + i, m).not()).intoArray(y, yo + i, m);
    }
  }

  private static void orRow(
      float[] c, int co, float a, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector vb = FloatVector.fromArray(S, b, bo + i, m);
      vb.blend(a, chosen(c, co + i, m)).intoArray(y, yo + i, m);
    }
  }

  private static void numbers(float[] c, int co, float a, float b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector vb = FloatVector.broadcast(S, b);
      vb.blend(a, chosen(c, co + i, m)).intoArray(y, yo + i, m);
    }
  }
}
