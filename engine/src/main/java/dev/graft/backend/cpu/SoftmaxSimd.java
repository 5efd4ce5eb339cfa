package dev.graft.backend.cpu;

import dev.graft.backend.SoftmaxKernels;
import dev.graft.backend.View;
import java.util.Arrays;

/**
 * Softmax by rows. Along a dimension that is not the last, lines are gathered into contiguous rows
 * first, sixteen neighbours together.
 */
final class SoftmaxSimd implements SoftmaxKernels {
  private static final int GRAIN = 1 << 14;
  private static final int LINES = 16;

  /** The lines along one dimension of a row-major array. */
  private record Lines(int outer, int size, int inner) {
    static Lines of(View x, int dim) {
      int size = x.dim(dim);
      int inner = 1;
      for (int i = dim + 1; i < x.shape().rank(); i++) {
        inner *= x.dim(i);
      }
      return new Lines(x.numel() / Math.max(1, size * inner), size, inner);
    }

    int grain() {
      return Math.max(1, GRAIN / Math.max(1, size));
    }

    /** Groups of up to {@link #LINES} neighbouring lines. */
    int groups() {
      return (inner + LINES - 1) / LINES;
    }

    /** Lines in group {@code u} of all. */
    int count(int u) {
      return Math.min(LINES, inner - u % groups() * LINES);
    }

    int start(int u) {
      return u / groups() * size * inner + u % groups() * LINES;
    }

    void gather(float[] x, int at, int count, float[] rows) {
      for (int k = 0; k < size; k++) {
        for (int j = 0; j < count; j++) {
          rows[j * size + k] = x[at + k * inner + j];
        }
      }
    }

    void scatter(float[] rows, int count, float[] x, int at) {
      for (int k = 0; k < size; k++) {
        for (int j = 0; j < count; j++) {
          x[at + k * inner + j] = rows[j * size + k];
        }
      }
    }
  }

  @Override
  public void softmax(View x, int dim, boolean log, View out) {
    softmaxLoop(x, dim, log, out).run();
  }

  static Parallel.Loop softmaxLoop(View x, int dim, boolean log, View out) {
    Lines lines = Lines.of(x, dim);
    float[] xs = x.array();
    float[] ys = out.array();
    int n = lines.size;
    if (lines.inner == 1) {
      return new Parallel.Loop(
          lines.outer,
          lines.grain(),
          (from, to) -> {
            for (int r = from * n; r < to * n; r += n) {
              SoftmaxLoops.forward(xs, x.offset() + r, ys, out.offset() + r, n, log);
            }
          });
    }
    return new Parallel.Loop(
        lines.outer * lines.groups(),
        Math.max(1, lines.grain() / LINES),
        (from, to) -> {
          float[] rows = new float[LINES * n];
          for (int u = from; u < to; u++) {
            int count = lines.count(u);
            lines.gather(xs, x.offset() + lines.start(u), count, rows);
            for (int j = 0; j < count; j++) {
              SoftmaxLoops.forward(rows, j * n, rows, j * n, n, log);
            }
            lines.scatter(rows, count, ys, out.offset() + lines.start(u));
          }
        });
  }

  @Override
  public void softmaxGrad(View y, int dim, boolean log, View gradY, View gradX) {
    Lines lines = Lines.of(y, dim);
    float[] ys = y.array();
    float[] gs = gradY.array();
    float[] ds = gradX.array();
    int n = lines.size;
    if (lines.inner == 1) {
      Parallel.forRange(
          lines.outer,
          lines.grain(),
          (from, to) -> {
            for (int r = from * n; r < to * n; r += n) {
              grad(log, ys, y.offset() + r, gs, gradY.offset() + r, ds, gradX.offset() + r, n);
            }
          });
      return;
    }
    Parallel.forRange(
        lines.outer * lines.groups(),
        Math.max(1, lines.grain() / LINES),
        (from, to) -> {
          float[] yRows = new float[LINES * n];
          float[] gRows = new float[LINES * n];
          for (int u = from; u < to; u++) {
            int count = lines.count(u);
            lines.gather(ys, y.offset() + lines.start(u), count, yRows);
            lines.gather(gs, gradY.offset() + lines.start(u), count, gRows);
            for (int j = 0; j < count; j++) {
              grad(log, yRows, j * n, gRows, j * n, gRows, j * n, n);
            }
            lines.scatter(gRows, count, ds, gradX.offset() + lines.start(u));
          }
        });
  }

  private static void grad(
      boolean log, float[] y, int yo, float[] g, int go, float[] d, int to, int n) {
    if (log) {
      SoftmaxLoops.logGrad(y, yo, g, go, d, to, n);
    } else {
      SoftmaxLoops.grad(y, yo, g, go, d, to, n);
    }
  }

  @Override
  public void nll(View logProbs, int[] target, View weight, float smoothing, View out) {
    int classes = logProbs.dim(1);
    float[] ls = logProbs.array();
    Parallel.forRange(
        target.length,
        Math.max(1, GRAIN / Math.max(1, classes)),
        (from, to) -> {
          for (int row = from; row < to; row++) {
            int at = logProbs.offset() + row * classes;
            out.array()[out.offset() + row] =
                target[row] < 0 ? 0 : (float) loss(ls, at, classes, target[row], weight, smoothing);
          }
        });
  }

  private static double loss(
      float[] logProbs, int at, int classes, int target, View weight, float smoothing) {
    double loss = -(1.0 - smoothing) * weight(weight, target) * logProbs[at + target];
    if (smoothing > 0) {
      double sum = 0;
      if (weight == null) {
        sum = RowLoops.sum(logProbs, at, classes);
      } else {
        for (int j = 0; j < classes; j++) {
          sum += (double) weight.array()[weight.offset() + j] * logProbs[at + j];
        }
      }
      loss -= smoothing / (double) classes * sum;
    }
    return loss;
  }

  private static double weight(View weight, int i) {
    return weight == null ? 1 : weight.array()[weight.offset() + i];
  }

  @Override
  public void nllGrad(View gradOut, int[] target, View weight, float smoothing, View gradLogProbs) {
    int classes = gradLogProbs.dim(1);
    float[] ds = gradLogProbs.array();
    double share = (double) smoothing / classes;
    Parallel.forRange(
        target.length,
        Math.max(1, GRAIN / Math.max(1, classes)),
        (from, to) -> {
          for (int row = from; row < to; row++) {
            int at = gradLogProbs.offset() + row * classes;
            if (target[row] < 0) {
              Arrays.fill(ds, at, at + classes, 0f);
              continue;
            }
            double g = gradOut.array()[gradOut.offset() + row];
            spread(ds, at, classes, -g * share, weight);
            double own = (share + 1 - smoothing) * weight(weight, target[row]);
            ds[at + target[row]] = (float) (-g * own);
          }
        });
  }

  private static void spread(float[] d, int at, int classes, double value, View weight) {
    if (weight == null) {
      Arrays.fill(d, at, at + classes, (float) value);
    } else {
      for (int j = 0; j < classes; j++) {
        d[at + j] = (float) (value * weight.array()[weight.offset() + j]);
      }
    }
  }
}
