package dev.graft.backend.cpu;

import dev.graft.backend.UnaryKind;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** More loops of {@link UnaryLoops}: the rarer activations and the roundings. */
final class ActivationLoops {
  static final float SELU_ALPHA = 1.6732632423543772f;
  static final float SELU_SCALE = 1.0507009873554805f;

  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private ActivationLoops() {}

  /** {@code y[yo + i] = f(x[xo + i])} for n a multiple of the vector's length. */
  static void whole(UnaryKind kind, float p, float q, float[] x, int xo, float[] y, int yo, int n) {
    switch (kind) {
      case GELU_TANH -> geluTanh(x, xo, y, yo, n);
      case SOFTPLUS -> softplus(x, xo, y, yo, p, q, n);
      case SELU -> selu(x, xo, y, yo, n);
      case CELU -> celu(x, xo, y, yo, p, n);
      case HARDSIGMOID -> hardsigmoid(x, xo, y, yo, n);
      case SOFTSIGN -> softsign(x, xo, y, yo, n);
      case MISH -> mish(x, xo, y, yo, n);
      case LOG_SIGMOID -> logSigmoid(x, xo, y, yo, n);
      case LOG1P -> log1p(x, xo, y, yo, n);
      case EXPM1 -> expm1(x, xo, y, yo, n);
      case SIGN -> sign(x, xo, y, yo, n);
      case FLOOR -> floor(x, xo, y, yo, n);
      case CEIL -> ceil(x, xo, y, yo, n);
      case ROUND -> round(x, xo, y, yo, n);
      case SIN -> sin(x, xo, y, yo, n);
      case COS -> cos(x, xo, y, yo, n);
      default -> throw new IllegalArgumentException(kind.name());
    }
  }

  private static void geluTanh(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector t = VectorMath.tanh(VectorMath.geluInner(v));
      t.add(1f).mul(v).mul(0.5f).intoArray(y, yo + i);
    }
  }

  private static void softplus(float[] x, int xo, float[] y, int yo, float p, float q, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector w = v.mul(p);
      FloatVector soft = VectorMath.log1pOfUnit(VectorMath.exp(w.abs().neg())).add(w.max(0f));
      soft.div(p).blend(v, w.compare(VectorOperators.GT, q)).intoArray(y, yo + i);
    }
  }

  private static void selu(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector low = VectorMath.expm1(v).mul(SELU_SCALE * SELU_ALPHA);
      low.blend(v.mul(SELU_SCALE), v.compare(VectorOperators.GT, 0f)).intoArray(y, yo + i);
    }
  }

  private static void celu(float[] x, int xo, float[] y, int yo, float p, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector low = VectorMath.expm1(v.div(p)).mul(p);
      low.blend(v, v.compare(VectorOperators.GT, 0f)).intoArray(y, yo + i);
    }
  }

  private static void hardsigmoid(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.add(3f).max(0f).min(6f).mul(1f / 6f).intoArray(y, yo + i);
    }
  }

  private static void softsign(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.div(v.abs().add(1f)).intoArray(y, yo + i);
    }
  }

  private static void mish(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector r = VectorMath.mishRatio(VectorMath.exp(v.min(20f)));
      v.mul(r.div(r.add(2f))).intoArray(y, yo + i);
    }
  }

  private static void logSigmoid(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector rest = VectorMath.log1pOfUnit(VectorMath.exp(v.abs().neg()));
      v.min(0f).sub(rest).intoArray(y, yo + i);
    }
  }

  private static void log1p(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      VectorMath.log1p(v).intoArray(y, yo + i);
    }
  }

  private static void expm1(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      VectorMath.expm1(v).intoArray(y, yo + i);
    }
  }

  private static void sign(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      VectorMath.sign(v).intoArray(y, yo + i);
    }
  }

  private static void floor(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      VectorMath.floor(v).intoArray(y, yo + i);
    }
  }

  private static void ceil(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      VectorMath.ceil(v).intoArray(y, yo + i);
    }
  }

  private static void round(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      VectorMath.round(v).intoArray(y, yo + i);
    }
  }

  /** Scalar: the JDK's sin and cos are right for every argument. */
  private static void sin(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = (float) Math.sin(x[xo + i]);
    }
  }

  private static void cos(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = (float) Math.cos(x[xo + i]);
    }
  }
}
