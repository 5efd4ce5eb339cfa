package dev.graft.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** One result pixel of a channels-last image from its taps, a vector of channels at a time. */
final class ResampleLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private ResampleLoops() {}

  /** {@code y = p·x[a] + q·x[b] + r·x[c] + s·x[d]} over n channels: bilinear. */
  static void four(
      float[] x,
      int a,
      int b,
      int c,
      int d,
      float p,
      float q,
      float r,
      float s,
      float[] y,
      int yo,
      int n) {
    FloatVector ps = FloatVector.broadcast(S, p);
    FloatVector qs = FloatVector.broadcast(S, q);
    FloatVector rs = FloatVector.broadcast(S, r);
    FloatVector ss = FloatVector.broadcast(S, s);
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, a + i).mul(ps);
      v = FloatVector.fromArray(S, x, b + i).fma(qs, v);
      v = FloatVector.fromArray(S, x, c + i).fma(rs, v);
      FloatVector.fromArray(S, x, d + i).fma(ss, v).intoArray(y, yo + i);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector v = FloatVector.fromArray(S, x, a + i, m).mul(ps);
      v = FloatVector.fromArray(S, x, b + i, m).fma(qs, v);
      v = FloatVector.fromArray(S, x, c + i, m).fma(rs, v);
      FloatVector.fromArray(S, x, d + i, m).fma(ss, v).intoArray(y, yo + i, m);
    }
  }

  /**
   * {@code y = Σ_ab rowWeight[a]·columnWeight[b]·x[at + row[a]·line + column[b]·n]} over n
   * channels, a and b from their starts to their ends.
   */
  static void many(
      float[] x,
      int at,
      int line,
      int n,
      int[] row,
      float[] rowWeight,
      int rowStart,
      int rowEnd,
      int[] column,
      float[] columnWeight,
      int columnStart,
      int columnEnd,
      float[] y,
      int yo) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector total = FloatVector.zero(S);
      for (int a = rowStart; a < rowEnd; a++) {
        int from = at + row[a] * line + i;
        FloatVector sum = FloatVector.zero(S);
        for (int b = columnStart; b < columnEnd; b++) {
          FloatVector v = FloatVector.fromArray(S, x, from + column[b] * n, m);
          sum = v.fma(FloatVector.broadcast(S, columnWeight[b]), sum);
        }
        total = sum.fma(FloatVector.broadcast(S, rowWeight[a]), total);
      }
      total.intoArray(y, yo + i, m);
    }
  }
}
