package dev.graft.backend.cpu;

import dev.graft.backend.BinaryKind;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The comparisons of {@link BinaryLoops}: 1 where true, else 0. */
final class CompareLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private CompareLoops() {}

  /** The kind for which {@code b kind a} is {@code a kind b}. */
  static BinaryKind mirrored(BinaryKind kind) {
    return switch (kind) {
      case GT -> BinaryKind.LT;
      case GE -> BinaryKind.LE;
      case LT -> BinaryKind.GT;
      case LE -> BinaryKind.GE;
      default -> kind;
    };
  }

  /** {@code y[yo + i] = a[ao + i] ∘ b[bo + i]} for n a multiple of the vector's length. */
  static void rows(
      BinaryKind kind, float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    switch (kind) {
      case NE -> ne(a, ao, b, bo, y, yo, n);
      case GT -> gt(a, ao, b, bo, y, yo, n);
      case GE -> ge(a, ao, b, bo, y, yo, n);
      case LT -> gt(b, bo, a, ao, y, yo, n);
      case LE -> ge(b, bo, a, ao, y, yo, n);
      default -> throw new IllegalArgumentException(kind.name());
    }
  }

  /** {@code y[yo + i] = a[ao + i] ∘ b} for n a multiple of the vector's length. */
  static void rowWith(BinaryKind kind, float[] a, int ao, float b, float[] y, int yo, int n) {
    switch (kind) {
      case NE -> ne(a, ao, b, y, yo, n);
      case GT -> gt(a, ao, b, y, yo, n);
      case GE -> ge(a, ao, b, y, yo, n);
      case LT -> lt(a, ao, b, y, yo, n);
      case LE -> le(a, ao, b, y, yo, n);
      default -> throw new IllegalArgumentException(kind.name());
    }
  }

  private static void ne(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector vb = FloatVector.fromArray(S, b, bo + i);
      FloatVector.zero(S).blend(1f, va.compare(VectorOperators.NE, vb)).intoArray(y, yo + i);
    }
  }

  private static void gt(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector vb = FloatVector.fromArray(S, b, bo + i);
      FloatVector.zero(S).blend(1f, va.compare(VectorOperators.GT, vb)).intoArray(y, yo + i);
    }
  }

  private static void ge(float[] a, int ao, float[] b, int bo, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector vb = FloatVector.fromArray(S, b, bo + i);
      FloatVector.zero(S).blend(1f, va.compare(VectorOperators.GE, vb)).intoArray(y, yo + i);
    }
  }

  private static void ne(float[] a, int ao, float b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector.zero(S).blend(1f, va.compare(VectorOperators.NE, b)).intoArray(y, yo + i);
    }
  }

  private static void gt(float[] a, int ao, float b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector.zero(S).blend(1f, va.compare(VectorOperators.GT, b)).intoArray(y, yo + i);
    }
  }

  private static void ge(float[] a, int ao, float b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector.zero(S).blend(1f, va.compare(VectorOperators.GE, b)).intoArray(y, yo + i);
    }
  }

  private static void lt(float[] a, int ao, float b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector.zero(S).blend(1f, va.compare(VectorOperators.LT, b)).intoArray(y, yo + i);
    }
  }

  private static void le(float[] a, int ao, float b, float[] y, int yo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector va = FloatVector.fromArray(S, a, ao + i);
      FloatVector.zero(S).blend(1f, va.compare(VectorOperators.LE, b)).intoArray(y, yo + i);
    }
  }
}
