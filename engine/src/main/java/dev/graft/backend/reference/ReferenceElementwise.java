package dev.graft.backend.reference;

import dev.graft.backend.BinaryKind;
import dev.graft.backend.ElementwiseKernels;
import dev.graft.backend.UnaryKind;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Rng;

final class ReferenceElementwise implements ElementwiseKernels {
  @Override
  public void unary(UnaryKind kind, float p, float q, View x, View out) {
    float[] from = x.array();
    float[] to = out.array();
    int a = x.offset();
    int b = out.offset();
    for (int i = 0; i < x.numel(); i++) {
      to[b + i] = (float) ScalarMath.value(kind, p, q, from[a + i]);
    }
  }

  @Override
  public void unaryGrad(UnaryKind kind, float p, float q, View x, View y, View gradY, View gradX) {
    for (int i = 0; i < x.numel(); i++) {
      double slope =
          ScalarMath.slope(kind, p, q, x.array()[x.offset() + i], y.array()[y.offset() + i]);
      gradX.array()[gradX.offset() + i] = (float) (gradY.array()[gradY.offset() + i] * slope);
    }
  }

  @Override
  public void binary(BinaryKind kind, View a, View b, View out) {
    Indices i = new Indices(out.shape(), a.layout(), b.layout(), out.layout());
    for (; i.hasMore(); i.next()) {
      float x = a.array()[i.at(0)];
      float y = b.array()[i.at(1)];
      out.array()[i.at(2)] =
          switch (kind) {
            case ADD -> x + y;
            case SUB -> x - y;
            case MUL -> x * y;
            case DIV -> x / y;
            case MAXIMUM -> Math.max(x, y);
            case MINIMUM -> Math.min(x, y);
            case PRELU -> x > 0 ? x : x * y;
            case EQ -> x == y ? 1 : 0;
            case NE -> x != y ? 1 : 0;
            case GT -> x > y ? 1 : 0;
            case GE -> x >= y ? 1 : 0;
            case LT -> x < y ? 1 : 0;
            case LE -> x <= y ? 1 : 0;
          };
    }
  }

  @Override
  public void binaryGrad(BinaryKind kind, View a, View b, View gradOut, View gradA, View gradB) {
    Layout la = (gradA == null ? gradB : gradA).layout();
    Layout lb = (gradB == null ? gradA : gradB).layout();
    Indices i = new Indices(gradOut.shape(), a.layout(), b.layout(), gradOut.layout(), la, lb);
    for (; i.hasMore(); i.next()) {
      float x = a.array()[i.at(0)];
      float y = b.array()[i.at(1)];
      float g = gradOut.array()[i.at(2)];
      if (gradA != null) {
        gradA.array()[i.at(3)] = (float) (g * slopeA(kind, x, y));
      }
      if (gradB != null) {
        gradB.array()[i.at(4)] = (float) (g * slopeB(kind, x, y));
      }
    }
  }

  private static double slopeA(BinaryKind kind, double x, double y) {
    return switch (kind) {
      case ADD, SUB -> 1;
      case MUL -> y;
      case DIV -> 1 / y;
      case MAXIMUM -> x > y ? 1 : x == y ? 0.5 : 0;
      case MINIMUM -> x < y ? 1 : x == y ? 0.5 : 0;
      case PRELU -> x > 0 ? 1 : y;
      case EQ, NE, GT, GE, LT, LE -> 0;
    };
  }

  private static double slopeB(BinaryKind kind, double x, double y) {
    return switch (kind) {
      case ADD -> 1;
      case SUB -> -1;
      case MUL -> x;
      case DIV -> -x / (y * y);
      case MAXIMUM, MINIMUM -> slopeA(kind, y, x);
      case PRELU -> x > 0 ? 0 : x;
      case EQ, NE, GT, GE, LT, LE -> 0;
    };
  }

  @Override
  public void select(View condition, View a, View b, View out) {
    Indices i = new Indices(out.shape(), condition.layout(), a.layout(), b.layout(), out.layout());
    for (; i.hasMore(); i.next()) {
      boolean chosen = condition.array()[i.at(0)] != 0;
      out.array()[i.at(3)] = chosen ? a.array()[i.at(1)] : b.array()[i.at(2)];
    }
  }

  @Override
  public void dropoutMask(long seed, float p, View out) {
    float kept = 1 / (1 - p);
    for (int i = 0; i < out.numel(); i++) {
      out.array()[out.offset() + i] = Rng.uniform(seed, i) < p ? 0 : kept;
    }
  }
}
