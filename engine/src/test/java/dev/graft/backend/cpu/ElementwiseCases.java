package dev.graft.backend.cpu;

import static dev.graft.backend.cpu.KernelCase.EXACT;
import static dev.graft.backend.cpu.KernelCase.FORWARD;
import static dev.graft.backend.cpu.KernelCase.GRADIENT;
import static dev.graft.backend.cpu.KernelCase.flat;
import static dev.graft.backend.cpu.KernelCase.last;
import static dev.graft.backend.cpu.KernelCase.output;
import static dev.graft.backend.cpu.KernelCase.rows;
import static dev.graft.backend.cpu.KernelCase.view;

import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.backend.BinaryKind;
import dev.graft.backend.UnaryKind;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Elementwise kernels: every kind at awkward sizes, with special values, strides and aliases. */
final class ElementwiseCases {
  private static final int[] SIZES = {0, 1, 7, 15, 16, 17, 33, 1000, 70_001};
  private static final float[] SPECIAL = {
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    0f,
    -0f,
    1e-30f,
    -1e-30f,
    3,
    -3,
    6,
    20,
    20.5f,
    -100,
    88,
    0.5f,
    -0.5f,
    1,
    -1,
    2.5f,
    -3.5f,
    4194305.5f,
    -8388609f,
    3e9f
  };

  private ElementwiseCases() {}

  static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    for (UnaryKind kind : UnaryKind.values()) {
      for (int n : SIZES) {
        unary(cases, kind, n);
      }
    }
    for (UnaryKind kind :
        List.of(
            UnaryKind.RELU,
            UnaryKind.RELU6,
            UnaryKind.ABS,
            UnaryKind.CLAMP,
            UnaryKind.SIGMOID,
            UnaryKind.TANH,
            UnaryKind.SOFTPLUS,
            UnaryKind.EXP,
            UnaryKind.GELU,
            UnaryKind.GELU_TANH,
            UnaryKind.LEAKY_RELU,
            UnaryKind.ELU,
            UnaryKind.SELU,
            UnaryKind.CELU,
            UnaryKind.HARDTANH,
            UnaryKind.HARDSIGMOID,
            UnaryKind.SOFTSIGN,
            UnaryKind.MISH,
            UnaryKind.LOG_SIGMOID,
            UnaryKind.LOG1P,
            UnaryKind.EXPM1,
            UnaryKind.SIN,
            UnaryKind.SIGN,
            UnaryKind.FLOOR,
            UnaryKind.CEIL,
            UnaryKind.ROUND,
            UnaryKind.SQRT,
            UnaryKind.LOG)) {
      special(cases, kind);
    }
    for (BinaryKind kind : BinaryKind.values()) {
      binary(cases, kind);
    }
    for (Pair pair : pairs()) {
      select(cases, pair);
    }
    for (int n : SIZES) {
      cases.add(
          new KernelCase(
              "dropoutMask " + n,
              EXACT,
              b -> {
                View out = output(b, flat(n));
                b.elementwise().dropoutMask(99, 0.3f, out);
                return new float[][] {out.array()};
              }));
    }
    return cases;
  }

  private static boolean positive(UnaryKind kind) {
    return switch (kind) {
      case SQRT, LOG, LOG1P, RECIPROCAL, POW -> true;
      default -> false;
    };
  }

  private static float p(UnaryKind kind) {
    return switch (kind) {
      case CLAMP, HARDTANH -> -0.5f;
      case POW -> 1.7f;
      default -> 0.3f;
    };
  }

  private static View input(Backend b, UnaryKind kind, int n) {
    View x = view(b, flat(n), 0, 2);
    if (positive(kind)) {
      for (int i = 0; i < x.array().length; i++) {
        x.array()[i] = Math.abs(x.array()[i]) + 0.1f;
      }
    }
    return x;
  }

  private static void unary(List<KernelCase> cases, UnaryKind kind, int n) {
    cases.add(
        new KernelCase(
            kind + " " + n,
            FORWARD,
            b -> {
              View x = input(b, kind, n);
              View y = output(b, flat(n).at(1));
              b.elementwise().unary(kind, p(kind), 0.7f, x, y);
              b.elementwise().unary(kind, p(kind), 0.7f, x, x);
              return new float[][] {y.array(), x.array()};
            }));
    cases.add(
        new KernelCase(
            kind + " gradient " + n,
            GRADIENT,
            b -> {
              View x = input(b, kind, n);
              View y = output(b, flat(n));
              Backends.scalar().elementwise().unary(kind, p(kind), 0.7f, x, y);
              View g = view(b, flat(n).at(0), 1, 1);
              View d = output(b, flat(n).at(3));
              b.elementwise().unaryGrad(kind, p(kind), 0.7f, x, y, g, d);
              b.elementwise().unaryGrad(kind, p(kind), 0.7f, x, y, g, g);
              return new float[][] {d.array(), g.array()};
            }));
  }

  private static void special(List<KernelCase> cases, UnaryKind kind) {
    cases.add(
        new KernelCase(
            kind + " of special values",
            FORWARD,
            b -> {
              View x = new View(b.wrap(SPECIAL.clone()), rows(SPECIAL.length));
              View y = output(b, rows(SPECIAL.length));
              b.elementwise().unary(kind, p(kind), 0.7f, x, y);
              return new float[][] {y.array()};
            }));
  }

  /** Pairs of operand layouts for a result. */
  private record Pair(String name, Layout a, Layout b, Layout out) {}

  private static List<Pair> pairs() {
    List<Pair> pairs = new ArrayList<>();
    for (int n : SIZES) {
      pairs.add(new Pair("flat " + n, flat(n), flat(n).at(0), flat(n).at(1)));
      Shape s = Shape.of(n);
      pairs.add(new Pair("one right " + n, flat(n), rows(1).expand(s), flat(n)));
      pairs.add(new Pair("one left " + n, rows(1).expand(s), flat(n), flat(n)));
    }
    Shape image = Shape.of(3, 19, 5, 7);
    Layout planes = Layout.rowMajor(image);
    Layout pixels = Layout.channelsLast(image);
    pairs.add(new Pair("scalars", rows(), rows(), rows()));
    pairs.add(new Pair("both one", rows(1).expand(image), rows(1).expand(image), planes));
    pairs.add(new Pair("bias on pixels", pixels, rows(19, 1, 1).expand(image), pixels));
    pairs.add(new Pair("bias on planes", planes, rows(19, 1, 1).expand(image), planes));
    pairs.add(new Pair("bias left", rows(19, 1, 1).expand(image), planes, planes));
    pairs.add(new Pair("planes and pixels", planes, pixels, planes));
    pairs.add(new Pair("pixels and planes", planes, pixels, pixels));
    pairs.add(
        new Pair(
            "column and row",
            rows(37, 1).expand(Shape.of(37, 41)),
            rows(41).expand(Shape.of(37, 41)),
            rows(37, 41)));
    pairs.add(new Pair("transposed", rows(41, 37).permute(1, 0), rows(37, 41), rows(37, 41)));
    pairs.add(
        new Pair(
            "sliced",
            rows(9, 70).slice(1, 3, 70, 2),
            rows(18, 34).slice(0, 1, 18, 2),
            rows(9, 34)));
    pairs.add(
        new Pair(
            "pooled",
            last(2, 3, 1, 1).expand(Shape.of(2, 3, 4, 4)),
            last(2, 3, 4, 4),
            last(2, 3, 4, 4)));
    return pairs;
  }

  private static void binary(List<KernelCase> cases, BinaryKind kind) {
    for (Pair pair : pairs()) {
      cases.add(
          new KernelCase(
              kind + " " + pair.name,
              FORWARD,
              b -> {
                View x = operand(b, pair.a, 3);
                View y = operand(b, pair.b, 5);
                View out = output(b, pair.out);
                b.elementwise().binary(kind, x, y, out);
                if (pair.a.sameOrder(pair.out)) {
                  b.elementwise().binary(kind, x, y, x);
                }
                return new float[][] {out.array(), x.array()};
              }));
      if (kind == BinaryKind.MUL
          || kind == BinaryKind.DIV
          || kind == BinaryKind.MAXIMUM
          || kind == BinaryKind.MINIMUM
          || kind == BinaryKind.PRELU) {
        binaryGrad(cases, kind, pair);
      }
    }
  }

  /** The condition lies as the second operand, the choices as both. */
  private static void select(List<KernelCase> cases, Pair pair) {
    for (boolean swapped : new boolean[] {false, true}) {
      cases.add(
          new KernelCase(
              "select " + pair.name + (swapped ? " swapped" : ""),
              EXACT,
              b -> {
                Layout one = swapped ? pair.b : pair.a;
                Layout two = swapped ? pair.a : pair.b;
                View x = operand(b, one, 3);
                View y = operand(b, two, 5);
                View condition = view(b, two);
                for (int i = 0; i < condition.array().length; i++) {
                  condition.array()[i] = i % 7 == 0 ? Float.NaN : i % 3 - 1;
                }
                View out = output(b, pair.out);
                View same = output(b, pair.out);
                b.elementwise().select(condition, x, y, out);
                b.elementwise().select(condition, y, x, same);
                return new float[][] {out.array(), same.array()};
              }));
    }
  }

  private static void binaryGrad(List<KernelCase> cases, BinaryKind kind, Pair pair) {
    cases.add(
        new KernelCase(
            kind + " gradient " + pair.name,
            GRADIENT,
            b -> {
              View x = operand(b, pair.a, 3);
              View y = operand(b, pair.b, 5);
              View g = view(b, pair.out);
              View dx = output(b, pair.out);
              View dy = output(b, pair.out);
              View only = output(b, pair.out);
              b.elementwise().binaryGrad(kind, x, y, g, dx, dy);
              b.elementwise().binaryGrad(kind, x, y, g, null, only);
              return new float[][] {dx.array(), dy.array(), only.array()};
            }));
  }

  /** Halves up to {@code most}/2, not 0, so that ties happen and no divisor is small. */
  private static View operand(Backend b, Layout layout, int most) {
    View v = view(b, layout);
    for (int i = 0; i < v.array().length; i++) {
      v.array()[i] = (1 + (i * 7 + i / 11) % most) / 2f;
    }
    return v;
  }
}
