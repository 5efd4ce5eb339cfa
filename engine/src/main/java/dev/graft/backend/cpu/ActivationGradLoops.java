package dev.graft.backend.cpu;

import static dev.graft.backend.cpu.ActivationLoops.SELU_ALPHA;
import static dev.graft.backend.cpu.ActivationLoops.SELU_SCALE;

import dev.graft.backend.UnaryKind;
import dev.graft.backend.cpu.UnaryGradLoops.Operands;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The gradients of {@link ActivationLoops}: {@code d = g · f'(x)}, with y = f(x). */
final class ActivationGradLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private ActivationGradLoops() {}

  /** For n a multiple of the vector's length. */
  static void whole(UnaryKind kind, float p, float q, Operands a, int n) {
    switch (kind) {
      case GELU_TANH -> geluTanh(a.x(), a.xo(), a.g(), a.go(), a.d(), a.to(), n);
      case SOFTPLUS -> softplus(a.x(), a.xo(), a.g(), a.go(), a.d(), a.to(), p, q, n);
      case SELU -> selu(a.x(), a.xo(), a.y(), a.yo(), a.g(), a.go(), a.d(), a.to(), n);
      case CELU -> celu(a.x(), a.xo(), a.y(), a.yo(), a.g(), a.go(), a.d(), a.to(), p, n);
      case HARDTANH -> between(a.x(), a.xo(), a.g(), a.go(), a.d(), a.to(), p, q, n);
      case HARDSIGMOID -> hardsigmoid(a.x(), a.xo(), a.g(), a.go(), a.d(), a.to(), n);
      case SOFTSIGN -> softsign(a.x(), a.xo(), a.g(), a.go(), a.d(), a.to(), n);
      case MISH -> mish(a.x(), a.xo(), a.g(), a.go(), a.d(), a.to(), n);
      case LOG_SIGMOID -> logSigmoid(a.x(), a.xo(), a.g(), a.go(), a.d(), a.to(), n);
      case LOG1P -> log1p(a.x(), a.xo(), a.g(), a.go(), a.d(), a.to(), n);
      case EXPM1 -> expm1(a.y(), a.yo(), a.g(), a.go(), a.d(), a.to(), n);
      case SIN -> sin(a.x(), a.xo(), a.g(), a.go(), a.d(), a.to(), n);
      case COS -> cos(a.x(), a.xo(), a.g(), a.go(), a.d(), a.to(), n);
      case SIGN, FLOOR, CEIL, ROUND -> Arrays.fill(a.d(), a.to(), a.to() + n, 0f);
      default -> throw new IllegalArgumentException(kind.name());
    }
  }

  private static void geluTanh(float[] x, int xo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      VectorMath.geluTanhSlope(v).mul(u).intoArray(d, to + i);
    }
  }

  private static void softplus(
      float[] x, int xo, float[] g, int go, float[] d, int to, float p, float q, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      FloatVector w = v.mul(p);
      VectorMath.sigmoid(w).mul(u).blend(u, w.compare(VectorOperators.GT, q)).intoArray(d, to + i);
    }
  }

  private static void selu(
      float[] x, int xo, float[] y, int yo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector w = FloatVector.fromArray(S, y, yo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      FloatVector low = w.add(SELU_SCALE * SELU_ALPHA).mul(u);
      low.blend(u.mul(SELU_SCALE), v.compare(VectorOperators.GT, 0f)).intoArray(d, to + i);
    }
  }

  private static void celu(
      float[] x, int xo, float[] y, int yo, float[] g, int go, float[] d, int to, float p, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector w = FloatVector.fromArray(S, y, yo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      FloatVector low = w.div(p).add(1f).mul(u);
      low.blend(u, v.compare(VectorOperators.GT, 0f)).intoArray(d, to + i);
    }
  }

  private static void between(
      float[] x, int xo, float[] g, int go, float[] d, int to, float p, float q, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      VectorMask<Float> inside =
          v.compare(VectorOperators.GT, p).and(v.compare(VectorOperators.LT, q));
      u.blend(0f, inside.not()).intoArray(d, to + i);
    }
  }

  private static void hardsigmoid(float[] x, int xo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      VectorMask<Float> inside =
          v.compare(VectorOperators.GT, -3f).and(v.compare(VectorOperators.LT, 3f));
      u.mul(1f / 6f).blend(0f, inside.not()).intoArray(d, to + i);
    }
  }

  private static void softsign(float[] x, int xo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      FloatVector size = v.abs().add(1f);
      u.div(size.mul(size)).intoArray(d, to + i);
    }
  }

  private static void mish(float[] x, int xo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      VectorMath.mishSlope(v).mul(u).intoArray(d, to + i);
    }
  }

  private static void logSigmoid(float[] x, int xo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      VectorMath.sigmoid(v.neg()).mul(u).intoArray(d, to + i);
    }
  }

  private static void log1p(float[] x, int xo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      u.div(v.add(1f)).intoArray(d, to + i);
    }
  }

  private static void expm1(float[] y, int yo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector w = FloatVector.fromArray(S, y, yo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      w.add(1f).mul(u).intoArray(d, to + i);
    }
  }

  private static void sin(float[] x, int xo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i++) {
      d[to + i] = (float) (g[go + i] * Math.cos(x[xo + i]));
    }
  }

  private static void cos(float[] x, int xo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i++) {
      d[to + i] = (float) (-g[go + i] * Math.sin(x[xo + i]));
    }
  }
}
