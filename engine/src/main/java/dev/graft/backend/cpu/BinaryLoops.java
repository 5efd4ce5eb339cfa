package dev.graft.backend.cpu;

import dev.graft.backend.BinaryKind;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One loop for each elementwise function of two arguments and each way to broadcast along a row:
 * vector with vector, vector with number, number with vector (where the order matters).
 */
final class BinaryLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private BinaryLoops() {}

  static float value(BinaryKind kind, float a, float b) {
    return switch (kind) {
      case ADD -> a + b;
      case SUB -> a - b;
      case MUL -> a * b;
      case DIV -> a / b;
      case MAXIMUM -> Math.max(a, b);
      case MINIMUM -> Math.min(a, b);
      case PRELU -> a > 0 ? a : a * b;
      case EQ -> a == b ? 1 : 0;
      case NE -> a != b ? 1 : 0;
      case GT -> a > b ? 1 : 0;
      case GE -> a >= b ? 1 : 0;
      case LT -> a < b ? 1 : 0;
      case LE -> a <= b ? 1 : 0;
    };
  }

  /** {@code y[yo + i] = a[ao + i] ∘ b[bo + i]}. */
  static void rows(
      BinaryKind kind, float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    int bound = S.loopBound(n);
    switch (kind) {
      case ADD -> add(a, ao, b, bo, y, yo, bound);
      case SUB -> sub(a, ao, b, bo, y, yo, bound);
      case MUL -> mul(a, ao, b, bo, y, yo, bound);
      case DIV -> div(a, ao, b, bo, y, yo, bound);
      case MAXIMUM -> maximum(a, ao, b, bo, y, yo, bound);
      case MINIMUM -> minimum(a, ao, b, bo, y, yo, bound);
      case PRELU -> prelu(a, ao, b, bo, y, yo, bound);
      case EQ -> eq(a, ao, b, bo, y, yo, bound);
      case NE, GT, GE, LT, LE -> CompareLoops.rows(kind, a, ao, b, bo, y, yo, bound);
    }
    for (int i = bound; i < n; i++) {
      y[yo + i] = value(kind, a[ao + i], b[bo + i]);
    }
  }

  /** {@code y[yo + i] = a[ao + i] ∘ b}. */
  static void rowWith(BinaryKind kind, float[] a, int ao, float b, float[] y, int yo, int n) {
    int bound = S.loopBound(n);
    switch (kind) {
      case ADD -> add(a, ao, b, y, yo, bound);
      case SUB -> sub(a, ao, b, y, yo, bound);
      case MUL -> mul(a, ao, b, y, yo, bound);
      case DIV -> div(a, ao, b, y, yo, bound);
      case MAXIMUM -> maximum(a, ao, b, y, yo, bound);
      case MINIMUM -> minimum(a, ao, b, y, yo, bound);
      case PRELU -> prelu(a, ao, b, y, yo, bound);
      case EQ -> eq(a, ao, b, y, yo, bound);
      case NE, GT, GE, LT, LE -> CompareLoops.rowWith(kind, a, ao, b, y, yo, bound);
    }
    for (int i = bound; i < n; i++) {
      y[yo + i] = value(kind, a[ao + i], b);
    }
  }

  /** {@code y[yo + i] = a ∘ b[bo + i]}. */
  static void withRow(BinaryKind kind, float a, float[] b, int bo, float[] y, int yo, int n) {
    int bound = S.loopBound(n);
    switch (kind) {
      case SUB -> subFrom(a, b, bo, y, yo, bound);
      case DIV -> divInto(a, b, bo, y, yo, bound);
      case PRELU -> {
        if (a > 0) {
          Arrays.fill(y, yo, yo + n, a);
        } else {
          rowWith(BinaryKind.MUL, b, bo, a, y, yo, n);
        }
        return;
      }
      case ADD, MUL, MAXIMUM, MINIMUM, EQ, NE, GT, GE, LT, LE -> {
        rowWith(CompareLoops.mirrored(kind), b, bo, a, y, yo, n);
        return;
      }
    }
    for (int i = bound; i < n; i++) {
      y[yo + i] = value(kind, a, b[bo + i]);
    }
  }

  private static void add(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector vb = FloatVector.fromArray(S, b, bo + i);
      va.add(vb).intoArray(y, yo + i);
    }
  }

  private static void sub(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector vb = FloatVector.fromArray(S, b, bo + i);
      va.sub(vb).intoArray(y, yo + i);
    }
  }

  private static void mul(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector vb = FloatVector.fromArray(S, b, bo + i);
      va.mul(vb).intoArray(y, yo + i);
    }
  }

  private static void div(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector vb = FloatVector.fromArray(S, b, bo + i);
      va.div(vb).intoArray(y, yo + i);
    }
  }

  private static void maximum(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector vb = FloatVector.fromArray(S, b, bo + i);
      va.max(vb).intoArray(y, yo + i);
    }
  }

  private static void minimum(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector vb = FloatVector.fromArray(S, b, bo + i);
      va.min(vb).intoArray(y, yo + i);
    }
  }

  private static void prelu(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector vb = FloatVector.fromArray(S, b, bo + i);
      va.mul(vb).blend(va, va.compare(VectorOperators.GT, 0f)).intoArray(y, yo + i);
    }
  }

  private static void eq(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector vb = FloatVector.fromArray(S, b, bo + i);
      FloatVector.zero(S).blend(1f, va.compare(VectorOperators.EQ, vb)).intoArray(y, yo + i);
    }
  }

  private static void add(float[] a, int ao, float b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      va.add(b).intoArray(y, yo + i);
    }
  }

  private static void sub(float[] a, int ao, float b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      va.sub(b).intoArray(y, yo + i);
    }
  }

  private static void mul(float[] a, int ao, float b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      va.mul(b).intoArray(y, yo + i);
    }
  }

  private static void div(float[] a, int ao, float b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      va.div(b).intoArray(y, yo + i);
    }
  }

  private static void maximum(float[] a, int ao, float b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      va.max(b).intoArray(y, yo + i);
    }
  }

  private static void minimum(float[] a, int ao, float b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      va.min(b).intoArray(y, yo + i);
    }
  }

  private static void prelu(float[] a, int ao, float b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      va.mul(b).blend(va, va.compare(VectorOperators.GT, 0f)).intoArray(y, yo + i);
    }
  }

  private static void eq(float[] a, int ao, float b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector.zero(S).blend(1f, va.compare(VectorOperators.EQ, b)).intoArray(y, yo + i);
    }
  }

  private static void subFrom(float a, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector vb = FloatVector.fromArray(S, b, bo + i);
      FloatVector.broadcast(S, a).sub(vb).intoArray(y, yo + i);
    }
  }

  private static void divInto(float a, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector vb = FloatVector.fromArray(S, b, bo + i);
      FloatVector.broadcast(S, a).div(vb).intoArray(y, yo + i);
    }
  }
}
