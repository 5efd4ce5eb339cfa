package dev.graft.backend.cpu;

import static dev.graft.backend.cpu.KernelCase.EXACT;
import static dev.graft.backend.cpu.KernelCase.FORWARD;
import static dev.graft.backend.cpu.KernelCase.GRADIENT;
import static dev.graft.backend.cpu.KernelCase.last;
import static dev.graft.backend.cpu.KernelCase.output;
import static dev.graft.backend.cpu.KernelCase.rows;
import static dev.graft.backend.cpu.KernelCase.view;

import dev.graft.backend.Backend;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Kernels along lines, over every sort of stride. */
final class LineCases {
  private LineCases() {}

  static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    for (Layout x : layouts()) {
      for (int dim = 0; dim < x.rank(); dim++) {
        sums(cases, x, dim);
        products(cases, x, dim);
        int size = x.dim(dim);
        for (int k :
            new int[] {0, Math.min(1, size), Math.min(5, size), Math.min(40, size), size}) {
          best(cases, x, dim, k);
        }
        moves(cases, x, dim);
      }
    }
    return cases;
  }

  private static List<Layout> layouts() {
    return List.of(
        rows(1),
        rows(1000),
        rows(0, 3),
        rows(17, 33),
        rows(33, 17).permute(1, 0),
        rows(9, 40).slice(1, 1, 40, 3),
        rows(13, 1).expand(Shape.of(13, 31)),
        rows(300, 100),
        last(2, 17, 5, 7),
        rows(3, 2, 4, 5, 2));
  }

  private static void sums(List<KernelCase> cases, Layout x, int dim) {
    for (boolean fromLast : new boolean[] {false, true}) {
      cases.add(
          new KernelCase(
              "cumsum of " + x + " along " + dim + (fromLast ? " from the last" : ""),
              FORWARD,
              b -> {
                View out = output(b, Layout.dense(x.shape(), x).at(2));
                b.lines().cumsum(view(b, x), dim, fromLast, out);
                return new float[][] {out.array()};
              }));
    }
  }

  /** Around ±1, with no zero, one, or two in a line. */
  private static View factors(Backend b, Layout layout) {
    View x = view(b, layout);
    for (int i = 0; i < x.array().length; i++) {
      float size = 0.9f + 0.02f * (i % 11);
      x.array()[i] = i % 37 == 5 || i % 91 == 3 ? 0 : i % 3 == 0 ? -size : size;
    }
    return x;
  }

  private static void products(List<KernelCase> cases, Layout x, int dim) {
    Layout one = rows(x.shape().with(dim, 1).toArray());
    cases.add(
        new KernelCase(
            "prod of " + x + " along " + dim,
            GRADIENT,
            b -> {
              View out = output(b, one.at(1));
              View grad = output(b, Layout.dense(x.shape(), x));
              b.lines().prod(factors(b, x), dim, out);
              b.lines().prodGrad(factors(b, x), dim, view(b, one), grad);
              return new float[][] {out.array(), grad.array()};
            }));
  }

  private static void best(List<KernelCase> cases, Layout x, int dim, int k) {
    cases.add(
        new KernelCase(
            "topk " + k + " of " + x + " along " + dim,
            EXACT,
            b -> {
              View v = view(b, x, 0, 4);
              for (int i = 0; i < v.array().length; i++) {
                v.array()[i] = i % 23 == 4 ? Float.NaN : Math.round(v.array()[i]);
              }
              return new float[][] {
                floats(b.lines().topk(v, dim, k, true)), floats(b.lines().topk(v, dim, k, false))
              };
            }));
  }

  private static void moves(List<KernelCase> cases, Layout x, int dim) {
    Shape picked = x.shape().with(dim, x.dim(dim) == 0 ? 0 : 3);
    int[] index = new int[picked.numel()];
    for (int i = 0; i < index.length; i++) {
      index[i] = i * 31 % x.dim(dim);
    }
    cases.add(
        new KernelCase(
            "gather of " + x + " along " + dim,
            EXACT,
            b -> {
              View out = output(b, Layout.dense(picked, x).at(1));
              b.lines().gather(view(b, x), dim, index, out);
              View sums = output(b, Layout.dense(x.shape(), x));
              b.lines().scatterAdd(out, dim, index, sums);
              return new float[][] {out.array(), sums.array()};
            }));
  }

  private static float[] floats(int[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = values[i];
    }
    return result;
  }
}
