package dev.graft.backend.cpu;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Softmax and its gradient along one contiguous row. */
final class SoftmaxLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private SoftmaxLoops() {}

  static void forward(float[] x, int xo, float[] y, int yo, int n, boolean log) {
    float max = RowLoops.max(x, xo, n);
    FloatVector total = FloatVector.zero(S);
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector shifted = FloatVector.fromArray(S, x, xo + i, m).sub(max);
      FloatVector e = VectorMath.exp(shifted);
      total = total.add(e, m);
      if (log) { // one of two vectors, chosen by ?:, would be an object
        shifted.intoArray(y, yo + i, m);
      } else {
        e.intoArray(y, yo + i, m);
      }
    }
    float sum = VectorMath.sum(total);
    if (log) {
      addTo(y, yo, n, (float) -Math.log(sum));
    } else {
      scale(y, yo, n, 1 / sum);
    }
  }

  private static void addTo(float[] y, int yo, int n, float value) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector.fromArray(S, y, yo + i, m).add(value).intoArray(y, yo + i, m);
    }
  }

  private static void scale(float[] y, int yo, int n, float value) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector.fromArray(S, y, yo + i, m).mul(value).intoArray(y, yo + i, m);
    }
  }

  /** {@code d = y·(g − Σ g·y)}. */
  static void grad(float[] y, int yo, float[] g, int go, float[] d, int to, int n) {
    FloatVector total = FloatVector.zero(S);
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector v = FloatVector.fromArray(S, y, yo + i, m);
      total = v.fma(FloatVector.fromArray(S, g, go + i, m), total);
    }
    float sum = VectorMath.sum(total);
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector v = FloatVector.fromArray(S, y, yo + i, m);
      FloatVector.fromArray(S, g, go + i, m).sub(sum).mul(v).intoArray(d, to + i, m);
    }
  }

  /** {@code d = g − exp(y)·Σ g}, y being the logarithm of the softmax. */
  static void logGrad(float[] y, int yo, float[] g, int go, float[] d, int to, int n) {
    float sum = (float) RowLoops.sum(g, go, n);
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector e = VectorMath.exp(FloatVector.fromArray(S, y, yo + i, m));
      FloatVector.fromArray(S, g, go + i, m).sub(e.mul(sum)).intoArray(d, to + i, m);
    }
  }
}
