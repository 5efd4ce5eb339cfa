package dev.graft.backend.cpu;

import dev.graft.backend.LossKind;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradients of {@link LossLoops}: {@code d = g · ∂loss/∂x}, or {@code g · ∂loss/∂t}. Tails are
 * masked.
 */
final class LossGradLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  /** The operands of one call; each array with its offset. */
  record Operands(float[] x, int xo, float[] t, int to, float[] g, int go, float[] d, int at) {}

  private LossGradLoops() {}

  /** The gradients for x in elements {@code from … end−1}. */
  static void apply(LossKind kind, float p, Operands a, int from, int end) {
    switch (kind) {
      case MSE -> mse(a, 2, from, end);
      case L1 -> line(a, 1, from, end);
      case SMOOTH_L1 -> huber(a, p, 1, from, end);
      case HUBER -> huber(a, p, p, from, end);
      case BCE_WITH_LOGITS -> bce(a, from, end);
      case KL_DIV -> klDiv(a, from, end);
      case KL_DIV_LOG -> klDivLog(a, from, end);
    }
  }

  /** The gradients for the target: of a difference, those for x with the sign turned. */
  static void applyToTarget(LossKind kind, float p, Operands a, int from, int end) {
    switch (kind) {
      case MSE -> mse(a, -2, from, end);
      case L1 -> line(a, -1, from, end);
      case SMOOTH_L1 -> huber(a, p, -1, from, end);
      case HUBER -> huber(a, p, -p, from, end);
      case BCE_WITH_LOGITS -> bceTarget(a, from, end);
      case KL_DIV -> klDivTarget(a, from, end);
      case KL_DIV_LOG -> klDivLogTarget(a, from, end);
    }
  }

  private static FloatVector load(float[] values, int at, VectorMask<Float> m) {
    return FloatVector.fromArray(S, values, at, m);
  }

  private static void mse(Operands a, float scale, int from, int end) {
    for (int i = from; i < end; i += L) {
      VectorMask<Float> m = S.indexInRange(i, end);
      FloatVector d = load(a.x, a.xo + i, m).sub(load(a.t, a.to + i, m));
      d.mul(scale).mul(load(a.g, a.go + i, m)).intoArray(a.d, a.at + i, m);
    }
  }

  private static void line(Operands a, float scale, int from, int end) {
    for (int i = from; i < end; i += L) {
      VectorMask<Float> m = S.indexInRange(i, end);
      FloatVector d = load(a.x, a.xo + i, m).sub(load(a.t, a.to + i, m));
      VectorMath.sign(d).mul(scale).mul(load(a.g, a.go + i, m)).intoArray(a.d, a.at + i, m);
    }
  }

  private static void huber(Operands a, float p, float scale, int from, int end) {
    for (int i = from; i < end; i += L) {
      VectorMask<Float> m = S.indexInRange(i, end);
      FloatVector d = load(a.x, a.xo + i, m).sub(load(a.t, a.to + i, m));
      FloatVector slope = VectorMath.sign(d);
      slope = slope.blend(d.div(p), d.abs().compare(VectorOperators.LT, p));
      slope.mul(scale).mul(load(a.g, a.go + i, m)).intoArray(a.d, a.at + i, m);
    }
  }

  private static void bce(Operands a, int from, int end) {
    for (int i = from; i < end; i += L) {
      VectorMask<Float> m = S.indexInRange(i, end);
      FloatVector slope = VectorMath.sigmoid(load(a.x, a.xo + i, m)).sub(load(a.t, a.to + i, m));
      slope.mul(load(a.g, a.go + i, m)).intoArray(a.d, a.at + i, m);
    }
  }

  private static void bceTarget(Operands a, int from, int end) {
    for (int i = from; i < end; i += L) {
      VectorMask<Float> m = S.indexInRange(i, end);
      load(a.x, a.xo + i, m).mul(load(a.g, a.go + i, m)).neg().intoArray(a.d, a.at + i, m);
    }
  }

  private static void klDiv(Operands a, int from, int end) {
    for (int i = from; i < end; i += L) {
      VectorMask<Float> m = S.indexInRange(i, end);
      load(a.t, a.to + i, m).mul(load(a.g, a.go + i, m)).neg().intoArray(a.d, a.at + i, m);
    }
  }

  private static void klDivTarget(Operands a, int from, int end) {
    for (int i = from; i < end; i += L) {
      VectorMask<Float> m = S.indexInRange(i, end);
      FloatVector w = load(a.t, a.to + i, m);
      FloatVector slope = VectorMath.log(w).add(1f).sub(load(a.x, a.xo + i, m));
      slope = slope.blend(0f, w.compare(VectorOperators.EQ, 0f));
      slope.mul(load(a.g, a.go + i, m)).intoArray(a.d, a.at + i, m);
    }
  }

  private static void klDivLog(Operands a, int from, int end) {
    for (int i = from; i < end; i += L) {
      VectorMask<Float> m = S.indexInRange(i, end);
      FloatVector e = VectorMath.exp(load(a.t, a.to + i, m));
      e.mul(load(a.g, a.go + i, m)).neg().intoArray(a.d, a.at + i, m);
    }
  }

  private static void klDivLogTarget(Operands a, int from, int end) {
    for (int i = from; i < end; i += L) {
      VectorMask<Float> m = S.indexInRange(i, end);
      FloatVector w = load(a.t, a.to + i, m);
      FloatVector slope = w.sub(load(a.x, a.xo + i, m)).add(1f).mul(VectorMath.exp(w));
      slope.mul(load(a.g, a.go + i, m)).intoArray(a.d, a.at + i, m);
    }
  }
}
