package dev.graft.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** The vector loops of layer normalisation: one row, whose weights differ by element. */
final class GroupNormLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private GroupNormLoops() {}

  /** {@code y = (x − mean)·scale·w + b}. */
  static void normalize(
      float[] x,
      int xo,
      float[] y,
      int yo,
      int n,
      float mean,
      float scale,
      float[] w,
      int wo,
      float[] b,
      int bo) {
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector normal = FloatVector.fromArray(S, x, xo + i).sub(mean).mul(scale);
      normal
          .fma(FloatVector.fromArray(S, w, wo + i), FloatVector.fromArray(S, b, bo + i))
          .intoArray(y, yo + i);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector normal = FloatVector.fromArray(S, x, xo + i, m).sub(mean).mul(scale);
      normal
          .fma(FloatVector.fromArray(S, w, wo + i, m), FloatVector.fromArray(S, b, bo + i, m))
          .intoArray(y, yo + i, m);
    }
  }

  /** Σg·w and Σg·w·(x − mean) of at most {@link RowLoops#BLOCK} neighbours. */
  static void sums(
      float[] x, int xo, float[] g, int go, int n, float mean, float[] w, int wo, float[] result) {
    FloatVector sum = FloatVector.zero(S);
    FloatVector dot = sum;
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector v = FloatVector.fromArray(S, g, go + i).mul(FloatVector.fromArray(S, w, wo + i));
      sum = sum.add(v);
      dot = FloatVector.fromArray(S, x, xo + i).sub(mean).fma(v, dot);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector v =
          FloatVector.fromArray(S, g, go + i, m).mul(FloatVector.fromArray(S, w, wo + i, m));
      sum = sum.add(v);
      dot = FloatVector.fromArray(S, x, xo + i, m).sub(mean).fma(v, dot);
    }
    result[0] = VectorMath.sum(sum);
    result[1] = VectorMath.sum(dot);
  }

  /** {@code d = (x − mean)·slope + constant + g·w·scale}. */
  static void inputGrad(
      float[] x,
      int xo,
      float[] g,
      int go,
      float[] d,
      int to,
      int n,
      float mean,
      float slope,
      float constant,
      float[] w,
      int wo,
      float scale) {
    FloatVector factor = FloatVector.broadcast(S, slope);
    FloatVector add = FloatVector.broadcast(S, constant);
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector line = FloatVector.fromArray(S, x, xo + i).sub(mean).fma(factor, add);
      FloatVector v = FloatVector.fromArray(S, w, wo + i).mul(scale);
      FloatVector.fromArray(S, g, go + i).fma(v, line).intoArray(d, to + i);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector line = FloatVector.fromArray(S, x, xo + i, m).sub(mean).fma(factor, add);
      FloatVector v = FloatVector.fromArray(S, w, wo + i, m).mul(scale);
      FloatVector.fromArray(S, g, go + i, m).fma(v, line).intoArray(d, to + i, m);
    }
  }

  /** {@code sum[i] += g, dot[i] += g·(x − mean)·scale}, from index {@code at} of both on. */
  static void addParameterGrad(
      float[] x,
      int xo,
      float[] g,
      int go,
      int n,
      float mean,
      float scale,
      float[] sum,
      float[] dot,
      int at) {
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector v = FloatVector.fromArray(S, g, go + i);
      FloatVector normal = FloatVector.fromArray(S, x, xo + i).sub(mean).mul(scale);
      FloatVector.fromArray(S, sum, at + i).add(v).intoArray(sum, at + i);
      normal.fma(v, FloatVector.fromArray(S, dot, at + i)).intoArray(dot, at + i);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector v = FloatVector.fromArray(S, g, go + i, m);
      FloatVector normal = FloatVector.fromArray(S, x, xo + i, m).sub(mean).mul(scale);
      FloatVector.fromArray(S, sum, at + i, m).add(v).intoArray(sum, at + i, m);
      normal.fma(v, FloatVector.fromArray(S, dot, at + i, m)).intoArray(dot, at + i, m);
    }
  }
}
