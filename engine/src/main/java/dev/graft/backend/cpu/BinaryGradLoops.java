package dev.graft.backend.cpu;

import dev.graft.backend.BinaryKind;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The gradients that need both operands: of a quotient with respect to the divisor b, of a maximum
 * or minimum with respect to a, of the parametric relu. Tails are masked: these loops wait for
 * memory.
 */
final class BinaryGradLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private BinaryGradLoops() {}

  /** The gradient for a, or for b where {@code second}. */
  static void apply(
      BinaryKind kind,
      boolean second,
      float[] a,
      int ao,
      float[] b,
      int bo,
      float[] g,
      int go,
      float[] d,
      int to,
      int n) {
    switch (kind) {
      case DIV -> divisor(a, ao, b, bo, g, go, d, to, n);
      case MAXIMUM, MINIMUM -> {
        if (second == (kind == BinaryKind.MAXIMUM)) {
          larger(b, bo, a, ao, g, go, d, to, n);
        } else {
          larger(a, ao, b, bo, g, go, d, to, n);
        }
      }
      case PRELU -> {
        if (second) {
          preluWeight(a, ao, g, go, d, to, n);
        } else {
          prelu(a, ao, b, bo, g, go, d, to, n);
        }
      }
      default -> throw new IllegalArgumentException(kind.name());
    }
  }

  private static void divisor(
      float[] a, int ao, float[] b, int bo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector vb = FloatVector.fromArray(S, b, bo + i, m);
      FloatVector quotient = FloatVector.fromArray(S, a, ao + i, m).div(vb);
      FloatVector vg = FloatVector.fromArray(S, g, go + i, m);
      vg.mul(quotient).div(vb).neg().intoArray(d, to + i, m);
    }
  }

  /** g where a exceeds b, half of it at a tie. */
  private static void larger(
      float[] a, int ao, float[] b, int bo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector va = FloatVector.fromArray(S, a, ao + i, m);
      FloatVector vb = FloatVector.fromArray(S, b, bo + i, m);
      FloatVector vg = FloatVector.fromArray(S, g, go + i, m);
      FloatVector tie = FloatVector.zero(S).blend(vg.mul(0.5f), va.compare(VectorOperators.EQ, vb));
      tie.blend(vg, va.compare(VectorOperators.GT, vb)).intoArray(d, to + i, m);
    }
  }

  private static void prelu(
      float[] a, int ao, float[] b, int bo, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector va = FloatVector.fromArray(S, a, ao + i, m);
      FloatVector vg = FloatVector.fromArray(S, g, go + i, m);
      FloatVector scaled = vg.mul(FloatVector.fromArray(S, b, bo + i, m));
      scaled.blend(vg, va.compare(VectorOperators.GT, 0f)).intoArray(d, to + i, m);
    }
  }

  private static void preluWeight(float[] a, int ao, float[] g, int go, float[] d, int to, int n) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector va = FloatVector.fromArray(S, a, ao + i, m);
      FloatVector vg = FloatVector.fromArray(S, g, go + i, m);
      vg.mul(va).blend(0f, va.compare(VectorOperators.GT, 0f)).intoArray(d, to + i, m);
    }
  }
}
