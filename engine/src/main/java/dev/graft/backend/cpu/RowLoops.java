package dev.graft.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums, maxima and minima of contiguous runs. A float sum never takes in more than {@link #BLOCK}
 * elements, spread over four vectors; longer sums go on in double precision.
 */
public final class RowLoops {
  /** With 16 lanes a lane's float sum has 64 terms, so its relative error is under 64·2^-24. */
  static final int BLOCK = 4096;

  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private RowLoops() {}

  static double sum(float[] x, int at, int n) {
    double total = 0;
    for (int i = 0; i < n; i += BLOCK) {
      total += blockSum(x, at + i, Math.min(BLOCK, n - i));
    }
    return total;
  }

  private static float blockSum(float[] x, int at, int n) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int i = 0;
    for (; i <= n - 4 * L; i += 4 * L) {
      s0 = s0.add(FloatVector.fromArray(S, x, at + i));
      s1 = s1.add(FloatVector.fromArray(S, x, at + i + L));
      s2 = s2.add(FloatVector.fromArray(S, x, at + i + 2 * L));
      s3 = s3.add(FloatVector.fromArray(S, x, at + i + 3 * L));
    }
    for (; i < n; i += L) {
      s0 = s0.add(FloatVector.fromArray(S, x, at + i, S.indexInRange(i, n)));
    }
    return VectorMath.sum(s0.add(s1).add(s2.add(s3)));
  }

  /** The largest element; NaN if any is NaN; −infinity of none. */
  static float max(float[] x, int at, int n) {
    FloatVector m0 = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
    FloatVector m1 = m0;
    int i = 0;
    for (; i <= n - 2 * L; i += 2 * L) {
      m0 = FloatVector.fromArray(S, x, at + i).max(m0);
      m1 = FloatVector.fromArray(S, x, at + i + L).max(m1);
    }
    for (; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      m0 = m0.blend(m0.max(FloatVector.fromArray(S, x, at + i, m)), m);
    }
    return m0.max(m1).reduceLanes(VectorOperators.MAX);
  }

  /** The smallest element; NaN if any is NaN; infinity of none. */
  static float min(float[] x, int at, int n) {
    FloatVector m0 = FloatVector.broadcast(S, Float.POSITIVE_INFINITY);
    FloatVector m1 = m0;
    int i = 0;
    for (; i <= n - 2 * L; i += 2 * L) {
      m0 = FloatVector.fromArray(S, x, at + i).min(m0);
      m1 = FloatVector.fromArray(S, x, at + i + L).min(m1);
    }
    for (; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      m0 = m0.blend(m0.min(FloatVector.fromArray(S, x, at + i, m)), m);
    }
    return m0.min(m1).reduceLanes(VectorOperators.MIN);
  }

  /** {@code acc[i] += x[a + i] + x[b + i] + x[c + i] + x[d + i]}. */
  static void addFour(float[] x, int a, int b, int c, int d, float[] acc, int n) {
    int bound = S.loopBound(n);
    for (int i = 0; i < bound; i += L) {
      FloatVector ab = FloatVector.fromArray(S, x, a + i).add(FloatVector.fromArray(S, x, b + i));
      FloatVector cd = FloatVector.fromArray(S, x, c + i).add(FloatVector.fromArray(S, x, d + i));
      FloatVector.fromArray(S, acc, i).add(ab.add(cd)).intoArray(acc, i);
    }
    for (int i = bound; i < n; i++) {
      acc[i] += (x[a + i] + x[b + i]) + (x[c + i] + x[d + i]);
    }
  }

  /** {@code acc[i] += x[at + i]}. */
  public static void addOne(float[] x, int at, float[] acc, int n) {
    int bound = S.loopBound(n);
    for (int i = 0; i < bound; i += L) {
      FloatVector.fromArray(S, acc, i).add(FloatVector.fromArray(S, x, at + i)).intoArray(acc, i);
    }
    for (int i = bound; i < n; i++) {
      acc[i] += x[at + i];
    }
  }

  /** {@code acc[i] = max(acc[i], x[at + i])}. */
  static void maxOne(float[] x, int at, float[] acc, int n) {
    int bound = S.loopBound(n);
    for (int i = 0; i < bound; i += L) {
      FloatVector.fromArray(S, acc, i).max(FloatVector.fromArray(S, x, at + i)).intoArray(acc, i);
    }
    for (int i = bound; i < n; i++) {
      acc[i] = Math.max(acc[i], x[at + i]);
    }
  }

  /** {@code acc[i] = min(acc[i], x[at + i])}. */
  static void minOne(float[] x, int at, float[] acc, int n) {
    int bound = S.loopBound(n);
    for (int i = 0; i < bound; i += L) {
      FloatVector.fromArray(S, acc, i).min(FloatVector.fromArray(S, x, at + i)).intoArray(acc, i);
    }
    for (int i = bound; i < n; i++) {
      acc[i] = Math.min(acc[i], x[at + i]);
    }
  }
}
