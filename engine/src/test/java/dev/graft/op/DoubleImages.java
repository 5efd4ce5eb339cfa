package dev.graft.op;

/** Convolution and pooling of {@link Doubles} as sums over windows. */
final class DoubleImages {
  private DoubleImages() {}

  /** Folds one window; {@code inside} is false for padding. */
  private interface Fold {
    double apply(double so, double value, boolean inside);
  }

  static Doubles conv2d(Doubles x, Doubles weight, ConvParams p) {
    int kh = weight.dims()[2];
    int kw = weight.dims()[3];
    int perGroup = weight.dims()[1];
    int outPerGroup = weight.dims()[0] / p.groups();
    int h = (x.dims()[2] + 2 * p.padH() - p.dilationH() * (kh - 1) - 1) / p.strideH() + 1;
    int w = (x.dims()[3] + 2 * p.padW() - p.dilationW() * (kw - 1) - 1) / p.strideW() + 1;
    return Doubles.build(
        new int[] {x.dims()[0], weight.dims()[0], h, w},
        at -> {
          double sum = 0;
          for (int c = 0; c < perGroup; c++) {
            int channel = at[1] / outPerGroup * perGroup + c;
            for (int i = 0; i < kh; i++) {
              for (int j = 0; j < kw; j++) {
                int row = at[2] * p.strideH() - p.padH() + i * p.dilationH();
                int column = at[3] * p.strideW() - p.padW() + j * p.dilationW();
                if (inside(x, row, column)) {
                  sum += x.get(at[0], channel, row, column) * weight.get(at[1], c, i, j);
                }
              }
            }
          }
          return sum;
        });
  }

  private static boolean inside(Doubles x, int row, int column) {
    return row >= 0 && row < x.dims()[2] && column >= 0 && column < x.dims()[3];
  }

  static Doubles maxPool2d(Doubles x, PoolParams p, int outH, int outW) {
    Fold max = (so, value, inside) -> inside ? Math.max(so, value) : so;
    return pool(x, p, outH, outW, Double.NEGATIVE_INFINITY, max);
  }

  /** Without ceil mode, so that every window lies within the padding. */
  static Doubles avgPool2d(Doubles x, PoolParams p, int outH, int outW) {
    Doubles sums = pool(x, p, outH, outW, 0, (so, value, inside) -> so + value);
    Doubles counts =
        pool(
            x,
            p,
            outH,
            outW,
            0,
            (so, value, inside) -> so + (inside || p.countIncludePad() ? 1 : 0));
    return sums.zip(counts, (a, b) -> a / b);
  }

  private static Doubles pool(
      Doubles x, PoolParams p, int outH, int outW, double start, Fold fold) {
    return Doubles.build(
        new int[] {x.dims()[0], x.dims()[1], outH, outW},
        at -> {
          double so = start;
          for (int i = 0; i < p.kernelH(); i++) {
            for (int j = 0; j < p.kernelW(); j++) {
              int row = at[2] * p.strideH() - p.padH() + i;
              int column = at[3] * p.strideW() - p.padW() + j;
              boolean inside = inside(x, row, column);
              so = fold.apply(so, inside ? x.get(at[0], at[1], row, column) : 0, inside);
            }
          }
          return so;
        });
  }

  static Doubles adaptiveAvgPool2d(Doubles x, int outH, int outW) {
    Doubles ones = x.map(v -> 1);
    Doubles sums = adaptive(x, outH, outW, 0, (so, value, inside) -> so + value);
    Doubles counts = adaptive(ones, outH, outW, 0, (so, value, inside) -> so + value);
    return sums.zip(counts, (a, b) -> a / b);
  }

  static Doubles adaptiveMaxPool2d(Doubles x, int outH, int outW) {
    Fold max = (so, value, inside) -> Math.max(so, value);
    return adaptive(x, outH, outW, Double.NEGATIVE_INFINITY, max);
  }

  private static Doubles adaptive(Doubles x, int outH, int outW, double start, Fold fold) {
    int h = x.dims()[2];
    int w = x.dims()[3];
    return Doubles.build(
        new int[] {x.dims()[0], x.dims()[1], outH, outW},
        at -> {
          int bottom = Math.ceilDiv((at[2] + 1) * h, outH);
          int right = Math.ceilDiv((at[3] + 1) * w, outW);
          double so = start;
          for (int i = at[2] * h / outH; i < bottom; i++) {
            for (int j = at[3] * w / outW; j < right; j++) {
              so = fold.apply(so, x.get(at[0], at[1], i, j), true);
            }
          }
          return so;
        });
  }

  /** In training mode, of [n, c, h, w]. */
  static Doubles batchNorm(Doubles x, Doubles weight, Doubles bias, double eps) {
    int c = x.dims()[1];
    Doubles deviation = x.sub(x.mean(0, 2, 3));
    Doubles scale = x.variance(0, 2, 3).map(v -> 1 / Math.sqrt(v + eps));
    return deviation.mul(scale).mul(weight.reshape(c, 1, 1)).add(bias.reshape(c, 1, 1));
  }
}
