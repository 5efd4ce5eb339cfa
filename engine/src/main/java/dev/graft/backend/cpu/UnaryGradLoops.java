package dev.graft.backend.cpu;

import dev.graft.backend.UnaryKind;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The gradients of {@link UnaryLoops}: {@code d = g · f'(x)}, with y = f(x). */
final class UnaryGradLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  /** The operands of one call; each array with its offset. */
  record Operands(float[] x, int xo, float[] y, int yo, float[] g, int go, float[] d, int to) {
    Operands from(int i) {
      return new Operands(x, xo + i, y, yo + i, g, go + i, d, to + i);
    }
  }

  private UnaryGradLoops() {}

  static void apply(UnaryKind kind, float p, float q, Operands a, int n) {
    int bound = S.loopBound(n);
    whole(kind, p, q, a, bound);
    if (bound < n) {
      float[] x = tail(a.x, a.xo + bound, n - bound);
      float[] y = tail(a.y, a.yo + bound, n - bound);
      float[] g = tail(a.g, a.go + bound, n - bound);
      whole(kind, p, q, new Operands(x, 0, y, 0, g, 0, g, 0), L);
      System.arraycopy(g, 0, a.d, a.to + bound, n - bound);
    }
  }

  private static float[] tail(float[] source, int from, int count) {
    float[] copy = new float[L];
    System.arraycopy(source, from, copy, 0, count);
    return copy;
  }

  private static void whole(UnaryKind kind, float p, float q, Operands a, int n) {
    switch (kind) {
      case NEG -> neg(a.g, a.go, a.d, a.to, n);
      case ABS -> abs(a.x, a.xo, a.g, a.go, a.d, a.to, n);
      case SQUARE -> square(a.x, a.xo, a.g, a.go, a.d, a.to, n);
      case SQRT -> sqrt(a.y, a.yo, a.g, a.go, a.d, a.to, n);
      case RECIPROCAL -> reciprocal(a.y, a.yo, a.g, a.go, a.d, a.to, n);
      case EXP -> exp(a.y, a.yo, a.g, a.go, a.d, a.to, n);
      case LOG -> log(a.x, a.xo, a.g, a.go, a.d, a.to, n);
      case TANH -> tanh(a.y, a.yo, a.g, a.go, a.d, a.to, n);
      case SIGMOID -> sigmoid(a.y, a.yo, a.g, a.go, a.d, a.to, n);
      case RELU -> relu(a.x, a.xo, a.g, a.go, a.d, a.to, n);
      case GELU -> gelu(a.x, a.xo, a.g, a.go, a.d, a.to, n);
      case SILU -> silu(a.x, a.xo, a.g, a.go, a.d, a.to, n);
      case HARDSWISH -> hardswish(a.x, a.xo, a.g, a.go, a.d, a.to, n);
      case ELU -> elu(a.x, a.xo, a.y, a.yo, a.g, a.go, a.d, a.to, p, n);
      case RELU6 -> relu6(a.x, a.xo, a.g, a.go, a.d, a.to, n);
      case LEAKY_RELU -> leakyRelu(a.x, a.xo, a.g, a.go, a.d, a.to, p, n);
      case CLAMP -> clamp(a.x, a.xo, a.g, a.go, a.d, a.to, p, q, n);
      case POW -> {
        if (p == 0) {
          Arrays.fill(a.d, a.to, a.to + n, 0f);
        } else if (p == 2) {
          square(a.x, a.xo, a.g, a.go, a.d, a.to, n);
        } else {
          pow(a.x, a.xo, a.g, a.go, a.d, a.to, p, n);
        }
      }
      case ADD_SCALAR -> System.arraycopy(a.g, a.go, a.d, a.to, n);
      case MUL_SCALAR -> mulScalar(a.g, a.go, a.d, a.to, p, n);
      case HARDTANH,
          GELU_TANH,
          SOFTPLUS,
          SELU,
          CELU,
          HARDSIGMOID,
          SOFTSIGN,
          MISH,
          LOG_SIGMOID,
          LOG1P,
          EXPM1,
          SIN,
          COS,
          SIGN,
          FLOOR,
          CEIL,
          ROUND ->
          ActivationGradLoops.whole(kind, p, q, a, n);
    }
  }

  private static void neg(float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      u.neg().intoArray(d, to + i);
    }
  }

  private static void abs(float[] x, int xo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      v.blend(u, v.compare(VectorOperators.GT, 0f))
          .blend(u.neg(), v.compare(VectorOperators.LT, 0f))
          .intoArray(d, to + i);
    }
  }

  private static void square(float[] x, int xo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      v.add(v).mul(u).intoArray(d, to + i);
    }
  }

  private static void sqrt(float[] y, int yo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector w = FloatVector.fromArray(S, y, yo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      u.mul(0.5f).div(w).intoArray(d, to + i);
    }
  }

  private static void reciprocal(float[] y, int yo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector w = FloatVector.fromArray(S, y, yo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      w.mul(w).mul(u).neg().intoArray(d, to + i);
    }
  }

  private static void exp(float[] y, int yo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector w = FloatVector.fromArray(S, y, yo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      w.mul(u).intoArray(d, to + i);
    }
  }

  private static void log(float[] x, int xo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      u.div(v).intoArray(d, to + i);
    }
  }

  private static void tanh(float[] y, int yo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector w = FloatVector.fromArray(S, y, yo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      FloatVector.broadcast(S, 1f).sub(w.mul(w)).mul(u).intoArray(d, to + i);
    }
  }

  private static void sigmoid(float[] y, int yo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector w = FloatVector.fromArray(S, y, yo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      w.sub(w.mul(w)).mul(u).intoArray(d, to + i);
    }
  }

  private static void relu(float[] x, int xo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      u.blend(0f, v.compare(VectorOperators.GT, 0f).not()).intoArray(d, to + i);
    }
  }

  private static void gelu(float[] x, int xo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      VectorMath.geluSlope(v).mul(u).intoArray(d, to + i);
    }
  }

  private static void silu(float[] x, int xo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector s = VectorMath.sigmoid(v);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      s.add(v.mul(s).mul(FloatVector.broadcast(S, 1f).sub(s))).mul(u).intoArray(d, to + i);
    }
  }

  private static void hardswish(float[] x, int xo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector inner = v.mul(1f / 3f).add(0.5f).mul(u);
      inner
          .blend(0f, v.compare(VectorOperators.LE, -3f))
          .blend(u, v.compare(VectorOperators.GE, 3f))
          .intoArray(d, to + i);
    }
  }

  private static void elu(
      float[] x, int xo, float[] y, int yo, float[] g, int go, float[] d, int to, float p, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector w = FloatVector.fromArray(S, y, yo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      w.add(p).mul(u).blend(u, v.compare(VectorOperators.GT, 0f)).intoArray(d, to + i);
    }
  }

  private static void relu6(float[] x, int xo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      VectorMask<Float> inside =
          v.compare(VectorOperators.GT, 0f).and(v.compare(VectorOperators.LT, 6f));
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      u.blend(0f, inside.not()).intoArray(d, to + i);
    }
  }

  private static void leakyRelu(
      float[] x, int xo, float[] g, int go, float[] d, int to, float p, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      u.mul(p).blend(u, v.compare(VectorOperators.GT, 0f)).intoArray(d, to + i);
    }
  }

  private static void clamp(
      float[] x, int xo, float[] g, int go, float[] d, int to, float p, float q, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      VectorMask<Float> inside =
          v.compare(VectorOperators.GE, p).and(v.compare(VectorOperators.LE, q));
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      u.blend(0f, inside.not()).intoArray(d, to + i);
    }
  }

  private static void pow(float[] x, int xo, float[] g, int go, float[] d, int to, float p, int n) {
    for (int i = 0; i < n; i++) {
      d[to + i] = (float) (g[go + i] * p * Math.pow(x[xo + i], p - 1.0));
    }
  }

  private static void mulScalar(float[] g, int go, float[] d, int to, float p, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector u = FloatVector.fromArray(S, g, go + i);
      u.mul(p).intoArray(d, to + i);
    }
  }
}
