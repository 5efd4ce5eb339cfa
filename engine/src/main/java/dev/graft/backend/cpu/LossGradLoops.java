package dev.graft.backend.cpu;

import dev.graft.backend.LossKind;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The gradients of {@link LossLoops}: {@code d = g · ∂loss/∂x}, or {@code g · ∂loss/∂t}. */
final class LossGradLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  /** The operands of one call; each array with its offset. */
  record Operands(float[] x, int xo, float[] t, int to, float[] g, int go, float[] d, int at) {
    Operands from(int i) {
      return new Operands(x, xo + i, t, to + i, g, go + i, d, at + i);
    }
  }

  private LossGradLoops() {}

  /** The gradients of n elements: for x, or for the target. */
  static void apply(LossKind kind, float p, boolean ofTarget, Operands a, int n) {
    int bound = S.loopBound(n);
    whole(kind, p, ofTarget, a, bound);
    if (bound < n) {
      float[] x = tail(a.x, a.xo + bound, n - bound);
      float[] t = tail(a.t, a.to + bound, n - bound);
      float[] g = tail(a.g, a.go + bound, n - bound);
      whole(kind, p, ofTarget, new Operands(x, 0, t, 0, g, 0, g, 0), L);
      System.arraycopy(g, 0, a.d, a.at + bound, n - bound);
    }
  }

  private static float[] tail(float[] source, int from, int count) {
    float[] copy = new float[L];
    System.arraycopy(source, from, copy, 0, count);
    return copy;
  }

  /** For n a multiple of the vector's length. */
  private static void whole(LossKind kind, float p, boolean ofTarget, Operands a, int n) {
    if (ofTarget) {
      target(kind, p, a, n);
      return;
    }
    switch (kind) {
      case MSE -> mse(a.x, a.xo, a.t, a.to, a.g, a.go, a.d, a.at, 2, n);
      case L1 -> line(a.x, a.xo, a.t, a.to, a.g, a.go, a.d, a.at, 1, n);
      case SMOOTH_L1 -> huber(a.x, a.xo, a.t, a.to, a.g, a.go, a.d, a.at, p, 1, n);
      case HUBER -> huber(a.x, a.xo, a.t, a.to, a.g, a.go, a.d, a.at, p, p, n);
      case BCE_WITH_LOGITS -> bce(a.x, a.xo, a.t, a.to, a.g, a.go, a.d, a.at, n);
      case KL_DIV -> klDiv(a.t, a.to, a.g, a.go, a.d, a.at, n);
      case KL_DIV_LOG -> klDivLog(a.t, a.to, a.g, a.go, a.d, a.at, n);
    }
  }

  /** Of a difference, those for x with the sign turned. */
  private static void target(LossKind kind, float p, Operands a, int n) {
    switch (kind) {
      case MSE -> mse(a.x, a.xo, a.t, a.to, a.g, a.go, a.d, a.at, -2, n);
      case L1 -> line(a.x, a.xo, a.t, a.to, a.g, a.go, a.d, a.at, -1, n);
      case SMOOTH_L1 -> huber(a.x, a.xo, a.t, a.to, a.g, a.go, a.d, a.at, p, -1, n);
      case HUBER -> huber(a.x, a.xo, a.t, a.to, a.g, a.go, a.d, a.at, p, -p, n);
      case BCE_WITH_LOGITS -> bceTarget(a.x, a.xo, a.g, a.go, a.d, a.at, n);
      case KL_DIV -> klDivTarget(a.x, a.xo, a.t, a.to, a.g, a.go, a.d, a.at, n);
      case KL_DIV_LOG -> klDivLogTarget(a.x, a.xo, a.t, a.to, a.g, a.go, a.d, a.at, n);
    }
  }

  private static void mse(
      float[] x,
      int xo,
      float[] t,
      int to,
      float[] g,
      int go,
      float[] d,
      int at,
      float scale,
      int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector e = FloatVector.fromArray(S, x, xo + i).sub(FloatVector.fromArray(S, t, to + i));
      e.mul(scale).mul(FloatVector.fromArray(S, g, go + i)).intoArray(d, at + i);
    }
  }

  private static void line(
      float[] x,
      int xo,
      float[] t,
      int to,
      float[] g,
      int go,
      float[] d,
      int at,
      float scale,
      int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector e = FloatVector.fromArray(S, x, xo + i).sub(FloatVector.fromArray(S, t, to + i));
      VectorMath.sign(e).mul(scale).mul(FloatVector.fromArray(S, g, go + i)).intoArray(d, at + i);
    }
  }

  private static void huber(
      float[] x,
      int xo,
      float[] t,
      int to,
      float[] g,
      int go,
      float[] d,
      int at,
      float p,
      float scale,
      int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector e = FloatVector.fromArray(S, x, xo + i).sub(FloatVector.fromArray(S, t, to + i));
      FloatVector slope = VectorMath.sign(e);
      slope = slope.blend(e.div(p), e.abs().compare(VectorOperators.LT, p));
      slope.mul(scale).mul(FloatVector.fromArray(S, g, go + i)).intoArray(d, at + i);
    }
  }

  private static void bce(
      float[] x, int xo, float[] t, int to, float[] g, int go, float[] d, int at, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector slope =
          VectorMath.sigmoid(FloatVector.fromArray(S, x, xo + i))
              .sub(FloatVector.fromArray(S, t, to + i));
      slope.mul(FloatVector.fromArray(S, g, go + i)).intoArray(d, at + i);
    }
  }

  private static void bceTarget(float[] x, int xo, float[] g, int go, float[] d, int at, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector.fromArray(S, x, xo + i)
          .mul(FloatVector.fromArray(S, g, go + i))
          .neg()
          .intoArray(d, at + i);
    }
  }

  private static void klDiv(float[] t, int to, float[] g, int go, float[] d, int at, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector.fromArray(S, t, to + i)
          .mul(FloatVector.fromArray(S, g, go + i))
          .neg()
          .intoArray(d, at + i);
    }
  }

  private static void klDivTarget(
      float[] x, int xo, float[] t, int to, float[] g, int go, float[] d, int at, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector w = FloatVector.fromArray(S, t, to + i);
      FloatVector slope = VectorMath.log(w).add(1f).sub(FloatVector.fromArray(S, x, xo + i));
      slope = slope.blend(0f, w.compare(VectorOperators.EQ, 0f));
      slope.mul(FloatVector.fromArray(S, g, go + i)).intoArray(d, at + i);
    }
  }

  private static void klDivLog(float[] t, int to, float[] g, int go, float[] d, int at, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector e = VectorMath.exp(FloatVector.fromArray(S, t, to + i));
      e.mul(FloatVector.fromArray(S, g, go + i)).neg().intoArray(d, at + i);
    }
  }

  private static void klDivLogTarget(
      float[] x, int xo, float[] t, int to, float[] g, int go, float[] d, int at, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector w = FloatVector.fromArray(S, t, to + i);
      FloatVector slope = w.sub(FloatVector.fromArray(S, x, xo + i)).add(1f).mul(VectorMath.exp(w));
      slope.mul(FloatVector.fromArray(S, g, go + i)).intoArray(d, at + i);
    }
  }
}
