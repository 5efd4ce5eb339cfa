package dev.graft.backend.cpu;

import dev.graft.backend.LossKind;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** One loop for each elementwise loss, {@code y = loss(x, t)}. */
final class LossLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private LossLoops() {}

  /** {@code y[yo + i] = loss(x[xo + i], t[to + i])} for i in 0 … n−1. */
  static void apply(
      LossKind kind, float p, float[] x, int xo, float[] t, int to, float[] y, int yo, int n) {
    int bound = S.loopBound(n);
    whole(kind, p, x, xo, t, to, y, yo, bound);
    if (bound < n) {
      float[] tail = new float[L];
      float[] targets = new float[L];
      System.arraycopy(x, xo + bound, tail, 0, n - bound);
      System.arraycopy(t, to + bound, targets, 0, n - bound);
      whole(kind, p, tail, 0, targets, 0, tail, 0, L);
      System.arraycopy(tail, 0, y, yo + bound, n - bound);
    }
  }

  /** The same for n a multiple of the vector's length. */
  private static void whole(
      LossKind kind, float p, float[] x, int xo, float[] t, int to, float[] y, int yo, int n) {
    switch (kind) {
      case MSE -> mse(x, xo, t, to, y, yo, n);
      case L1 -> l1(x, xo, t, to, y, yo, n);
      case SMOOTH_L1 -> huber(x, xo, t, to, y, yo, p, 1, n);
      case HUBER -> huber(x, xo, t, to, y, yo, p, p, n);
      case BCE_WITH_LOGITS -> bce(x, xo, t, to, y, yo, n);
      case KL_DIV -> klDiv(x, xo, t, to, y, yo, n);
      case KL_DIV_LOG -> klDivLog(x, xo, t, to, y, yo, n);
    }
  }

  private static void mse(float[] x, int xo, float[] t, int to, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector d = v.sub(FloatVector.fromArray(S, t, to + i));
      d.mul(d).intoArray(y, yo + i);
    }
  }

  private static void l1(float[] x, int xo, float[] t, int to, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.sub(FloatVector.fromArray(S, t, to + i)).abs().intoArray(y, yo + i);
    }
  }

  /** The smooth L1 loss with beta p, times {@code scale}. */
  private static void huber(
      float[] x, int xo, float[] t, int to, float[] y, int yo, float p, float scale, int n) {
    float curve = 0.5f * scale / p;
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector d = v.sub(FloatVector.fromArray(S, t, to + i)).abs();
      FloatVector line = d.sub(0.5f * p).mul(scale);
      line.blend(d.mul(d).mul(curve), d.compare(VectorOperators.LT, p)).intoArray(y, yo + i);
    }
  }

  private static void bce(float[] x, int xo, float[] t, int to, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector w = FloatVector.fromArray(S, t, to + i);
      FloatVector rest = VectorMath.log1pOfUnit(VectorMath.exp(v.abs().neg()));
      v.max(0f).sub(v.mul(w)).add(rest).intoArray(y, yo + i);
    }
  }

  private static void klDiv(float[] x, int xo, float[] t, int to, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector w = FloatVector.fromArray(S, t, to + i);
      FloatVector entropy = w.mul(VectorMath.log(w)).blend(0f, w.compare(VectorOperators.EQ, 0f));
      entropy.sub(w.mul(v)).intoArray(y, yo + i);
    }
  }

  private static void klDivLog(float[] x, int xo, float[] t, int to, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector w = FloatVector.fromArray(S, t, to + i);
      VectorMath.exp(w).mul(w.sub(v)).intoArray(y, yo + i);
    }
  }
}
