package dev.graft.backend.cpu;

import dev.graft.backend.UnaryKind;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One loop for each elementwise function of one argument. The choice is made outside the loops: a
 * loop that several functions share runs 10 to 20 times slower once more than two have used it.
 */
final class UnaryLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  /** The last elements, filled up to a vector with whatever was there: nobody reads it. */
  private static final ThreadLocal<float[]> TAIL = ThreadLocal.withInitial(() -> new float[L]);

  private UnaryLoops() {}

  /** {@code y[yo + i] = f(x[xo + i])} for i in 0 … n−1. */
  static void apply(UnaryKind kind, float p, float q, float[] x, int xo, float[] y, int yo, int n) {
    int bound = S.loopBound(n);
    whole(kind, p, q, x, xo, y, yo, bound);
    if (bound < n) {
      float[] tail = TAIL.get();
      System.arraycopy(x, xo + bound, tail, 0, n - bound);
      whole(kind, p, q, tail, 0, tail, 0, L);
      System.arraycopy(tail, 0, y, yo + bound, n - bound);
    }
  }

  /** The same for n a multiple of the vector's length. */
  private static void whole(
      UnaryKind kind, float p, float q, float[] x, int xo, float[] y, int yo, int n) {
    switch (kind) {
      case NEG -> neg(x, xo, y, yo, n);
      case ABS -> abs(x, xo, y, yo, n);
      case SQUARE -> square(x, xo, y, yo, n);
      case SQRT -> sqrt(x, xo, y, yo, n);
      case RECIPROCAL -> reciprocal(x, xo, y, yo, n);
      case EXP -> exp(x, xo, y, yo, n);
      case LOG -> log(x, xo, y, yo, n);
      case TANH -> tanh(x, xo, y, yo, n);
      case SIGMOID -> sigmoid(x, xo, y, yo, n);
      case RELU -> relu(x, xo, y, yo, n);
      case GELU -> gelu(x, xo, y, yo, n);
      case SILU -> silu(x, xo, y, yo, n);
      case HARDSWISH -> hardswish(x, xo, y, yo, n);
      case ELU -> elu(x, xo, y, yo, p, n);
      case RELU6 -> relu6(x, xo, y, yo, n);
      case LEAKY_RELU -> leakyRelu(x, xo, y, yo, p, n);
      case CLAMP, HARDTANH -> clamp(x, xo, y, yo, p, q, n);
      case POW -> {
        if (p == 2) {
          square(x, xo, y, yo, n);
        } else {
          pow(x, xo, y, yo, p, n);
        }
      }
      case ADD_SCALAR -> addScalar(x, xo, y, yo, p, n);
      case MUL_SCALAR -> mulScalar(x, xo, y, yo, p, n);
      case GELU_TANH,
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
          ActivationLoops.whole(kind, p, q, x, xo, y, yo, n);
    }
  }

  private static void neg(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.neg().intoArray(y, yo + i);
    }
  }

  private static void abs(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.abs().intoArray(y, yo + i);
    }
  }

  private static void square(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.mul(v).intoArray(y, yo + i);
    }
  }

  private static void sqrt(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.sqrt().intoArray(y, yo + i);
    }
  }

  private static void reciprocal(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      FloatVector.broadcast(S, 1f).div(v).intoArray(y, yo + i);
    }
  }

  private static void exp(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      VectorMath.exp(v).intoArray(y, yo + i);
    }
  }

  private static void log(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      VectorMath.log(v).intoArray(y, yo + i);
    }
  }

  private static void tanh(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      VectorMath.tanh(v).intoArray(y, yo + i);
    }
  }

  private static void sigmoid(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      VectorMath.sigmoid(v).intoArray(y, yo + i);
    }
  }

  private static void relu(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.blend(0f, v.compare(VectorOperators.LE, 0f)).intoArray(y, yo + i);
    }
  }

  private static void gelu(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      VectorMath.gelu(v).intoArray(y, yo + i);
    }
  }

  private static void silu(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.mul(VectorMath.sigmoid(v)).intoArray(y, yo + i);
    }
  }

  private static void hardswish(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      VectorMath.hardswish(v).intoArray(y, yo + i);
    }
  }

  private static void elu(float[] x, int xo, float[] y, int yo, float p, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      VectorMath.expm1(v).mul(p).blend(v, v.compare(VectorOperators.GT, 0f)).intoArray(y, yo + i);
    }
  }

  private static void relu6(float[] x, int xo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.max(0f).min(6f).intoArray(y, yo + i);
    }
  }

  private static void leakyRelu(float[] x, int xo, float[] y, int yo, float p, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.mul(p).blend(v, v.compare(VectorOperators.GT, 0f)).intoArray(y, yo + i);
    }
  }

  private static void clamp(float[] x, int xo, float[] y, int yo, float p, float q, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.max(p).min(q).intoArray(y, yo + i);
    }
  }

  /** Scalar: the JDK's pow is right for every base and exponent. */
  private static void pow(float[] x, int xo, float[] y, int yo, float p, int n) {
    for (int i = 0; i < n; i++) {
      y[yo + i] = (float) Math.pow(x[xo + i], p);
    }
  }

  private static void addScalar(float[] x, int xo, float[] y, int yo, float p, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.add(p).intoArray(y, yo + i);
    }
  }

  private static void mulScalar(float[] x, int xo, float[] y, int yo, float p, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(S, x, xo + i);
      v.mul(p).intoArray(y, yo + i);
    }
  }
}
