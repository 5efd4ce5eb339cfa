package dev.graft.backend.cpu;

import static dev.graft.backend.cpu.KernelCase.EXACT;
import static dev.graft.backend.cpu.KernelCase.FORWARD;
import static dev.graft.backend.cpu.KernelCase.last;
import static dev.graft.backend.cpu.KernelCase.output;
import static dev.graft.backend.cpu.KernelCase.rows;
import static dev.graft.backend.cpu.KernelCase.view;

import dev.graft.backend.ReductionKernels.Kind;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Copies and reductions over every sort of stride. */
final class MovingCases {
  private MovingCases() {}

  static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    for (Layout from : layouts()) {
      copy(cases, from, Layout.rowMajor(from.shape()));
      if (from.rank() == 4) {
        copy(cases, from, Layout.channelsLast(from.shape()));
        copy(cases, from, padded(from.shape()));
      }
      for (int mask = 0; mask < 1 << from.rank(); mask++) {
        reduce(cases, from, mask);
      }
      for (int dim = 0; dim < from.rank(); dim++) {
        index(cases, from, dim);
      }
    }
    for (int n : new int[] {1, 15, 16, 17, 33, 4097, 70_001, 300_007}) {
      reduce(cases, rows(n), 1);
      reduce(cases, rows(2, n), 2);
      reduce(cases, rows(n, 3), 1);
    }
    reduce(cases, rows(5000, 64), 1);
    reduce(cases, rows(70, 2500), 1);
    reduce(cases, last(8, 24, 40, 40), 0b1101);
    reduce(cases, rows(8, 24, 40, 40), 0b1101);
    copy(cases, rows(2, 33, 70, 65), last(2, 33, 70, 65));
    copy(cases, last(2, 33, 70, 65), rows(2, 33, 70, 65));
    notANumber(cases);
    return cases;
  }

  private static List<Layout> layouts() {
    return List.of(
        rows(),
        rows(1),
        rows(1000),
        rows(17, 33),
        rows(33, 17).permute(1, 0),
        rows(9, 40).slice(1, 1, 40, 3),
        rows(31).expand(Shape.of(13, 31)),
        rows(13, 1).expand(Shape.of(13, 31)),
        rows(2, 3, 5, 7),
        last(2, 17, 5, 7),
        last(3, 1, 4, 5),
        last(1, 16, 1, 1),
        last(2, 8, 9, 9).slice(2, 1, 8, 2).slice(3, 1, 8, 1),
        rows(4, 5, 6).permute(2, 0, 1),
        rows(3, 2, 4, 5, 2));
  }

  /** A part of a larger image, as padding writes it. */
  private static Layout padded(Shape s) {
    Layout larger = rows(s.dim(0), s.dim(1), s.dim(2) + 2, s.dim(3) + 2);
    return larger.slice(2, 1, s.dim(2) + 1, 1).slice(3, 1, s.dim(3) + 1, 1);
  }

  private static void copy(List<KernelCase> cases, Layout from, Layout to) {
    cases.add(
        new KernelCase(
            "copy " + from + " to " + to,
            EXACT,
            b -> {
              View out = output(b, to);
              b.copies().copy(view(b, from), out);
              View filled = output(b, to);
              b.copies().fill(filled, 4);
              return new float[][] {out.array(), filled.array()};
            }));
  }

  private static void index(List<KernelCase> cases, Layout from, int dim) {
    int size = from.dim(dim);
    int[] index = {size - 1, 0, size / 2, 0};
    cases.add(
        new KernelCase(
            "index " + from + " along " + dim,
            EXACT,
            b -> {
              View picked = output(b, Layout.rowMajor(from.shape().with(dim, index.length)));
              b.copies().indexSelect(view(b, from), dim, index, picked);
              View sums = output(b, Layout.dense(from.shape(), from));
              b.copies().indexAdd(picked, dim, index, sums);
              return new float[][] {picked.array(), sums.array()};
            }));
  }

  private static void reduce(List<KernelCase> cases, Layout x, int mask) {
    boolean[] reduced = new boolean[x.rank()];
    int[] dims = x.shape().toArray();
    for (int i = 0; i < dims.length; i++) {
      reduced[i] = (mask >> i & 1) != 0;
      dims[i] = reduced[i] ? 1 : dims[i];
    }
    for (Kind kind : Kind.values()) {
      cases.add(
          new KernelCase(
              kind + " of " + x + " over " + Integer.toBinaryString(mask),
              FORWARD,
              b -> {
                View out = output(b, rows(dims).at(1));
                b.reductions().reduce(kind, view(b, x, 0.5, 1), reduced, out);
                return new float[][] {out.array()};
              }));
    }
    if (Integer.bitCount(mask) == 1) {
      int dim = Integer.numberOfTrailingZeros(mask);
      cases.add(
          new KernelCase(
              "argmax and argmin of " + x + " along " + dim,
              EXACT,
              b -> {
                View v = view(b, x);
                for (int i = 0; i < v.array().length; i++) {
                  v.array()[i] = Math.round(v.array()[i]);
                }
                return new float[][] {
                  floats(b.reductions().argmax(v, dim)), floats(b.reductions().argmin(v, dim))
                };
              }));
    }
  }

  private static float[] floats(int[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[i];
    }
    return result;
  }

  private static void notANumber(List<KernelCase> cases) {
    for (int at : new int[] {0, 5, 16, 36, 40}) {
      for (boolean inner : new boolean[] {true, false}) {
        cases.add(
            new KernelCase(
                "max and min with NaN at " + at + (inner ? " in rows" : " in columns"),
                EXACT,
                b -> {
                  View x = view(b, rows(3, 41));
                  x.array()[41 + at] = Float.NaN;
                  View out = output(b, inner ? rows(3, 1) : rows(1, 41));
                  b.reductions().reduce(Kind.MAX, x, new boolean[] {!inner, inner}, out);
                  View least = output(b, inner ? rows(3, 1) : rows(1, 41));
                  b.reductions().reduce(Kind.MIN, x, new boolean[] {!inner, inner}, least);
                  float[] where = floats(b.reductions().argmax(x, inner ? 1 : 0));
                  float[] lowest = floats(b.reductions().argmin(x, inner ? 1 : 0));
                  return new float[][] {out.array(), least.array(), where, lowest};
                }));
      }
    }
    cases.add(
        new KernelCase(
            "sum of nothing",
            EXACT,
            b -> {
              View out = output(b, rows(3, 1));
              b.reductions()
                  .reduce(Kind.SUM, view(b, rows(3, 0)), new boolean[] {false, true}, out);
              return new float[][] {out.array()};
            }));
  }
}
