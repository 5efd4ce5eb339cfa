package dev.graft.backend.cpu;

import static dev.graft.backend.cpu.KernelCase.FORWARD;
import static dev.graft.backend.cpu.KernelCase.GRADIENT;
import static dev.graft.backend.cpu.KernelCase.flat;
import static dev.graft.backend.cpu.KernelCase.last;
import static dev.graft.backend.cpu.KernelCase.output;
import static dev.graft.backend.cpu.KernelCase.rows;
import static dev.graft.backend.cpu.KernelCase.view;

import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.backend.NormKernels;
import dev.graft.backend.PoolShape;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import java.util.ArrayList;
import java.util.List;

/** Softmax, losses, pooling, batch normalisation and optimiser steps. */
final class LayerCases {
  private LayerCases() {}

  static List<KernelCase> all() {
    List<KernelCase> cases = new ArrayList<>();
    softmax(cases);
    nll(cases);
    for (int c : new int[] {1, 3, 16, 17, 64, 70}) {
      for (boolean pixels : new boolean[] {true, false}) {
        pools(cases, c, pixels);
      }
    }
    norms(cases);
    optimizers(cases);
    return cases;
  }

  private static void softmax(List<KernelCase> cases) {
    for (Layout x :
        List.of(
            rows(1, 1),
            rows(3, 10),
            rows(7, 17),
            rows(300, 1000),
            rows(5, 33, 3),
            rows(2, 21, 6, 7))) {
      for (int dim = 0; dim < x.rank(); dim++) {
        for (boolean log : new boolean[] {false, true}) {
          int d = dim;
          cases.add(
              new KernelCase(
                  (log ? "log" : "") + "softmax " + x + " along " + dim,
                  GRADIENT / 5,
                  b -> {
                    View out = output(b, x);
                    b.softmax().softmax(view(b, x, 3, 4), d, log, out);
                    return new float[][] {out.array()};
                  }));
          cases.add(
              new KernelCase(
                  (log ? "log" : "") + "softmax gradient " + x + " along " + dim,
                  GRADIENT,
                  b -> {
                    View y = output(b, x);
                    Backends.scalar().softmax().softmax(view(b, x), d, log, y);
                    View grad = output(b, x);
                    b.softmax().softmaxGrad(y, d, log, view(b, x, 1, 1), grad);
                    return new float[][] {grad.array()};
                  }));
        }
      }
    }
  }

  private static void nll(List<KernelCase> cases) {
    int[] target = {3, 0, -1, 16, 5};
    for (float smoothing : new float[] {0, 0.1f}) {
      for (boolean weighted : new boolean[] {false, true}) {
        cases.add(
            new KernelCase(
                "nll smoothing " + smoothing + (weighted ? " weighted" : ""),
                GRADIENT / 5,
                b -> {
                  View w = weighted ? view(b, flat(17), 2, 0.5) : null;
                  View out = output(b, flat(5));
                  View grad = output(b, rows(5, 17));
                  b.softmax().nll(view(b, rows(5, 17), -3, 1), target, w, smoothing, out);
                  b.softmax().nllGrad(view(b, flat(5)), target, w, smoothing, grad);
                  return new float[][] {out.array(), grad.array()};
                }));
      }
    }
  }

  private static void pools(List<KernelCase> cases, int c, boolean pixels) {
    for (PoolShape s :
        List.of(
            new PoolShape(2, c, 9, 11, 3, 3, 2, 2, 1, 1, 5, 6, true),
            new PoolShape(2, c, 8, 8, 2, 2, 2, 2, 0, 0, 4, 4, false),
            new PoolShape(1, c, 7, 7, 3, 2, 1, 3, 1, 0, 7, 2, false),
            new PoolShape(1, c, 6, 6, 3, 3, 2, 2, 0, 0, 3, 3, true),
            new PoolShape(3, c, 12, 13, 12, 13, 1, 1, 0, 0, 1, 1, true))) {
      Layout in = image(pixels, s.n(), c, s.height(), s.width());
      Layout out = image(pixels, s.n(), c, s.outH(), s.outW());
      cases.add(
          new KernelCase(
              "pools " + s + (pixels ? " pixels" : " planes"), FORWARD, b -> pool(b, s, in, out)));
    }
    Layout in = image(pixels, 2, c, 11, 13);
    for (int size : new int[] {1, 3, 11, 15}) {
      Layout out = image(!pixels && size == 3, 2, c, size, 5);
      cases.add(
          new KernelCase(
              "adaptive pool " + in + " to " + size,
              FORWARD,
              b -> {
                View y = output(b, out);
                View dx = output(b, in);
                b.pool().adaptiveAvgPool2d(view(b, in), y);
                b.pool().adaptiveAvgPool2dGrad(view(b, out), dx);
                return new float[][] {y.array(), dx.array()};
              }));
    }
  }

  private static Layout image(boolean pixels, int... dims) {
    return pixels ? last(dims).at(1) : rows(dims).at(1);
  }

  private static float[][] pool(Backend b, PoolShape s, Layout in, Layout out) {
    View x = view(b, in);
    for (int i = 0; i < x.array().length; i++) {
      x.array()[i] = Math.round(2 * x.array()[i]);
    }
    x.array()[in.offset() + in.numel() / 2] = Float.NaN;
    x.array()[in.offset() + in.numel() / 2 + 2] = Float.NEGATIVE_INFINITY;
    View max = output(b, out);
    View maxGrad = output(b, Layout.dense(in.shape(), out));
    View avg = output(b, out);
    View avgGrad = output(b, in);
    b.pool().maxPool2d(s, x, max);
    b.pool().maxPool2dGrad(s, x, view(b, out), maxGrad);
    b.pool().avgPool2d(s, view(b, in), avg);
    b.pool().avgPool2dGrad(s, view(b, out), avgGrad);
    return new float[][] {max.array(), maxGrad.array(), avg.array(), avgGrad.array()};
  }

  private static void norms(List<KernelCase> cases) {
    List<Layout> layouts =
        List.of(
            rows(7, 5),
            rows(33, 64),
            rows(3000, 70),
            rows(20, 1),
            rows(4, 6, 31),
            rows(6, 31, 4).permute(0, 2, 1),
            rows(2, 3, 80, 81),
            rows(3, 17, 5, 5),
            last(2, 3, 40, 41),
            last(4, 64, 20, 20),
            last(2, 100, 9, 7),
            last(2, 1, 9, 7),
            last(9, 2048, 1, 1));
    for (Layout x : layouts) {
      for (double center : new double[] {0.3, 1000}) {
        cases.add(
            new KernelCase(
                "batch statistics " + x + " around " + center,
                FORWARD,
                b -> {
                  int c = x.dim(1);
                  View mean = output(b, flat(c));
                  View var = output(b, flat(c));
                  b.norm().batchStatistics(view(b, x, center, 1), mean, var);
                  float[] relative = mean.array();
                  for (int i = 0; i < c; i++) {
                    relative[mean.offset() + i] -= (float) center;
                  }
                  return new float[][] {relative, var.array()};
                }));
      }
      for (boolean affine : new boolean[] {true, false}) {
        for (boolean added : new boolean[] {true, false}) {
          cases.add(
              new KernelCase(
                  "batch norm relu " + x + (affine ? " affine" : "") + (added ? " added" : ""),
                  GRADIENT,
                  b -> normRelu(b, x, affine, added)));
        }
        for (boolean training : new boolean[] {true, false}) {
          cases.add(
              new KernelCase(
                  "batch norm " + x + (affine ? " affine" : "") + (training ? " training" : ""),
                  GRADIENT,
                  b -> norm(b, x, affine, training)));
        }
      }
    }
    cases.add(
        new KernelCase(
            "batch statistics of a part",
            FORWARD,
            b -> {
              View mean = output(b, flat(5));
              View var = output(b, flat(5));
              Layout part = rows(3, 10, 8).slice(1, 0, 10, 2).slice(2, 1, 7, 1);
              b.norm().batchStatistics(view(b, part), mean, var);
              return new float[][] {mean.array(), var.array()};
            }));
  }

  private static float[][] norm(Backend b, Layout x, boolean affine, boolean training) {
    int c = x.dim(1);
    View in = view(b, x, 2, 1.5);
    View mean = view(b, flat(c), 2, 0.1);
    View invStd = view(b, rows(c), 0.7, 0.01);
    View weight = affine ? view(b, flat(c), 1, 0.2) : null;
    View bias = affine ? view(b, rows(c)) : null;
    View out = output(b, x);
    View dx = output(b, x);
    View onlyX = output(b, x);
    View dw = output(b, flat(c));
    View db = output(b, flat(c));
    View g = view(b, x, 0.1, 1);
    b.norm().normalize(in, mean, invStd, weight, bias, out);
    b.norm().batchNormGrad(in, mean, invStd, weight, g, training, dx, dw, db);
    b.norm().batchNormGrad(in, mean, invStd, weight, g, training, onlyX, null, null);
    return new float[][] {out.array(), dx.array(), onlyX.array(), dw.array(), db.array()};
  }

  private static float[][] normRelu(Backend b, Layout x, boolean affine, boolean added) {
    int c = x.dim(1);
    View in = view(b, x, 2, 1.5);
    View mean = view(b, flat(c), 2, 0.1);
    View invStd = view(b, rows(c), 0.7, 0.01);
    View weight = affine ? view(b, flat(c), 1, 0.2) : null;
    View bias = affine ? view(b, rows(c)) : null;
    View residual = added ? view(b, x, 0.3, 1) : null;
    View out = output(b, x);
    View dx = output(b, x);
    View onlyX = output(b, x);
    View masked = output(b, x);
    View dw = output(b, flat(c));
    View db = output(b, flat(c));
    View dwAlone = output(b, flat(c));
    View g = view(b, x, 0.1, 1);
    View y = added ? view(b, x, 0.4, 1) : out;
    View maskedOver = view(b, x, 0.1, 1);
    View dxBeside = output(b, x);
    View dxOver = view(b, x, 0.1, 1);
    NormKernels norm = b.norm();
    norm.normalizeRelu(in, mean, invStd, weight, bias, residual, out);
    norm.batchNormReluGrad(in, mean, invStd, weight, bias, y, added, g, masked, dx, dw, db);
    norm.batchNormReluGrad(in, mean, invStd, weight, bias, y, added, g, null, onlyX, null, null);
    norm.batchNormReluGrad(in, mean, invStd, weight, bias, y, added, g, null, null, dwAlone, null);
    norm.batchNormReluGrad(
        in, mean, invStd, weight, bias, y, added, maskedOver, maskedOver, dxBeside, null, null);
    norm.batchNormReluGrad(
        in, mean, invStd, weight, bias, y, added, dxOver, null, dxOver, null, null);
    return new float[][] {
      maskedOver.array(),
      dxBeside.array(),
      dxOver.array(),
      out.array(),
      masked.array(),
      dx.array(),
      onlyX.array(),
      dw.array(),
      db.array(),
      dwAlone.array()
    };
  }

  private static void optimizers(List<KernelCase> cases) {
    for (int n : new int[] {0, 1, 15, 16, 17, 33, 1000, 70_001}) {
      for (int variant = 0; variant < 8; variant++) {
        boolean first = (variant & 1) != 0;
        boolean nesterov = (variant & 2) != 0;
        float decay = (variant & 4) != 0 ? 0.01f : 0;
        cases.add(
            new KernelCase(
                "sgd " + n + (first ? " first" : "") + (nesterov ? " nesterov" : "") + " " + decay,
                FORWARD,
                b -> {
                  View p = view(b, flat(n));
                  View q = view(b, flat(n));
                  View v = first ? output(b, flat(n)) : view(b, flat(n));
                  View g = view(b, flat(n).at(0), 0, 2);
                  b.optimizer().sgd(p, g, v, first, 0.1f, 0.9f, decay, nesterov);
                  b.optimizer().sgd(q, g, null, first, 0.1f, 0, decay, false);
                  return new float[][] {p.array(), q.array(), v.array()};
                }));
        cases.add(
            new KernelCase(
                "adam " + n + " step " + (first ? 1 : 100) + " " + nesterov + " " + decay,
                FORWARD,
                b -> {
                  View p = view(b, flat(n));
                  View m = view(b, flat(n), 0, 0.1);
                  View v = view(b, flat(n).at(1), 5, 0.3);
                  View g = view(b, flat(n).at(0));
                  int t = first ? 1 : 100;
                  b.optimizer().adam(p, g, m, v, t, 0.01f, 0.9f, 0.999f, 1e-8f, decay, nesterov);
                  return new float[][] {p.array(), m.array(), v.array()};
                }));
      }
    }
  }
}
