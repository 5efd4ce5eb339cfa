package dev.graft.backend.cpu;

import static dev.graft.backend.cpu.KernelCase.FORWARD;
import static dev.graft.backend.cpu.KernelCase.GRADIENT;
import static dev.graft.backend.cpu.KernelCase.flat;
import static dev.graft.backend.cpu.KernelCase.last;
import static dev.graft.backend.cpu.KernelCase.output;
import static dev.graft.backend.cpu.KernelCase.rows;
import static dev.graft.backend.cpu.KernelCase.view;

import dev.graft.backend.Backend;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import java.util.ArrayList;
import java.util.List;

/** Layer and group normalisation. */
final class GroupNormCases {
  private GroupNormCases() {}

  static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    for (int n : new int[] {1, 2, 3, 15, 16, 17, 63, 64, 65, 127, 131, 4096, 4097, 70_001}) {
      norm(cases, rows(n > 5000 ? 9 : 301, n).at(1), 1);
    }
    norm(cases, rows(2100, 40), 1);
    norm(cases, rows(37, 34), 2);
    norm(cases, rows(5, 30), 10);
    for (boolean pixels : new boolean[] {true, false}) {
      for (int groups : new int[] {1, 2, 6, 18}) {
        norm(cases, image(pixels, 3, 18, 5, 7), groups);
      }
      norm(cases, image(pixels, 2, 64, 40, 41), 32);
      norm(cases, image(pixels, 1, 3, 90, 91), 1);
      norm(cases, image(pixels, 2, 1, 33, 3), 1);
      norm(cases, image(pixels, 2, 140, 1, 2), 7);
    }
    norm(cases, rows(3, 6, 31), 3);
    norm(cases, rows(0, 6), 3);
    return cases;
  }

  private static Layout image(boolean pixels, int... dims) {
    return pixels ? last(dims).at(1) : rows(dims).at(1);
  }

  private static void norm(List<KernelCase> cases, Layout x, int groups) {
    for (boolean affine : new boolean[] {true, false}) {
      cases.add(
          new KernelCase(
              "group norm " + x + " in " + groups + (affine ? " affine" : ""),
              FORWARD,
              b -> forward(b, x, groups, affine, 0.3)));
      cases.add(
          new KernelCase(
              "group norm gradient " + x + " in " + groups + (affine ? " affine" : ""),
              GRADIENT,
              b -> gradient(b, x, groups, affine)));
    }
    cases.add(
        new KernelCase(
            "group norm " + x + " in " + groups + " far from 0",
            // float32 rounds numbers around 300 to 3e-5
            5 * FORWARD,
            b -> forward(b, x, groups, true, 300)));
  }

  private static float[][] forward(Backend b, Layout x, int groups, boolean affine, double center) {
    int c = x.dim(1);
    View mean = output(b, flat(x.dim(0) * groups));
    View invStd = output(b, flat(x.dim(0) * groups));
    View out = output(b, Layout.dense(x.shape(), x));
    View weight = affine ? view(b, flat(c), 1, 0.2) : null;
    View bias = affine ? view(b, rows(c)) : null;
    b.groupNorm().groupNorm(view(b, x, center, 1), groups, 0.01f, weight, bias, mean, invStd, out);
    return new float[][] {out.array(), mean.array(), invStd.array()};
  }

  private static float[][] gradient(Backend b, Layout x, int groups, boolean affine) {
    int c = x.dim(1);
    View in = view(b, x, 0.5, 1.5);
    View mean = view(b, flat(x.dim(0) * groups), 0.5, 0.1);
    View invStd = view(b, rows(x.dim(0) * groups), 0.7, 0.01);
    View weight = affine ? view(b, flat(c), 1, 0.2) : null;
    View g = view(b, Layout.dense(x.shape(), x), 0.1, 1);
    View dx = output(b, Layout.dense(x.shape(), x));
    View onlyX = output(b, x);
    View dw = output(b, flat(c));
    View db = output(b, flat(c));
    View onlyBias = output(b, flat(c));
    b.groupNorm().groupNormGrad(in, groups, mean, invStd, weight, g, dx, dw, db);
    b.groupNorm().groupNormGrad(in, groups, mean, invStd, weight, g, onlyX, null, null);
    b.groupNorm().groupNormGrad(in, groups, mean, invStd, weight, g, null, null, onlyBias);
    return new float[][] {dx.array(), onlyX.array(), dw.array(), db.array(), onlyBias.array()};
  }
}
