package dev.graft.op;

import java.util.Arrays;

/** Definitions of layers on {@link Doubles}, as textbooks have them. */
final class DoubleLayers {
  private DoubleLayers() {}

  /** Every input pixel stamps the kernel, times its value, onto the output. */
  static Doubles convTranspose2d(Doubles x, Doubles weight, ConvTranspose2d op) {
    ConvParams p = op.params();
    int perGroup = weight.dims()[1];
    int inPerGroup = weight.dims()[0] / p.groups();
    int kh = weight.dims()[2];
    int kw = weight.dims()[3];
    int h = (x.dims()[2] - 1) * p.strideH() - 2 * p.padH() + p.dilationH() * (kh - 1) + 1;
    int w = (x.dims()[3] - 1) * p.strideW() - 2 * p.padW() + p.dilationW() * (kw - 1) + 1;
    h += op.outputPadH();
    w += op.outputPadW();
    Doubles out = Doubles.zeros(x.dims()[0], perGroup * p.groups(), h, w);
    for (int i = 0; i < x.values().length; i++) {
      int[] at = Doubles.index(i, x.dims());
      for (int k = 0; k < perGroup * kh * kw; k++) {
        int[] tap = Doubles.index(k, perGroup, kh, kw);
        int channel = at[1] / inPerGroup * perGroup + tap[0];
        int row = at[2] * p.strideH() - p.padH() + tap[1] * p.dilationH();
        int column = at[3] * p.strideW() - p.padW() + tap[2] * p.dilationW();
        if (row >= 0 && row < h && column >= 0 && column < w) {
          int to = ((at[0] * out.dims()[1] + channel) * h + row) * w + column;
          out.values()[to] += x.values()[i] * weight.get(at[1], tap[0], tap[1], tap[2]);
        }
      }
    }
    return out;
  }

  /** Normalises over the given dimensions. */
  static Doubles normal(Doubles x, double eps, int... over) {
    return x.sub(x.mean(over)).mul(x.variance(over).map(v -> 1 / Math.sqrt(v + eps)));
  }

  /** Of [n, c, …], without weights. */
  static Doubles groupNorm(Doubles x, int groups, double eps) {
    int n = x.dims()[0];
    Doubles grouped = x.reshape(n, groups, x.values().length / (n * groups));
    return normal(grouped, eps, 2).reshape(x.dims());
  }

  /** A value per channel [c] to go with x [n, c, …]. */
  static Doubles perChannel(Doubles values, Doubles x) {
    int[] dims = new int[x.dims().length - 1];
    Arrays.fill(dims, 1);
    dims[0] = values.values().length;
    return values.reshape(dims);
  }

  /** Each output as a sum over all inputs, weighed by how much of each it takes. */
  static Doubles interpolate(Doubles x, InterpolateParams p, int outH, int outW) {
    int h = x.dims()[2];
    int w = x.dims()[3];
    return Doubles.build(
        new int[] {x.dims()[0], x.dims()[1], outH, outW},
        at -> {
          double sum = 0;
          for (int i = 0; i < h; i++) {
            double row = part(p, at[2], i, h, outH, p.scaleH());
            for (int j = 0; row != 0 && j < w; j++) {
              double column = part(p, at[3], j, w, outW, p.scaleW());
              sum += row * column * x.get(at[0], at[1], i, j);
            }
          }
          return sum;
        });
  }

  /** How much of input j output i takes. */
  private static double part(InterpolateParams p, int i, int j, int in, int out, double scale) {
    double step = scale > 0 ? 1 / scale : (double) in / out;
    double center = (i + 0.5) * step - 0.5;
    if (p.alignCorners()) {
      center = out == 1 ? 0 : (double) i * (in - 1) / (out - 1);
    }
    return switch (p.mode()) {
      case NEAREST -> j == Math.min((int) (i * step + 1e-9), in - 1) ? 1 : 0;
      case NEAREST_EXACT -> j == Math.min((int) ((i + 0.5) * step + 1e-9), in - 1) ? 1 : 0;
      case BILINEAR -> Math.max(0, 1 - Math.abs(Math.clamp(center, 0, in - 1) - j));
      case BICUBIC -> bicubic(center, j, in);
      case AREA -> {
        int first = i * in / out;
        int end = Math.ceilDiv((i + 1) * in, out);
        yield j >= first && j < end ? 1.0 / (end - first) : 0;
      }
    };
  }

  /** Keys's kernel; what falls outside the image is taken from its edge. */
  private static double bicubic(double center, int j, int in) {
    double sum = 0;
    for (int k = -3; k < in + 3; k++) {
      if (Math.clamp(k, 0, in - 1) == j) {
        double d = Math.abs(center - k);
        double a = -0.75;
        sum +=
            d < 1
                ? (a + 2) * d * d * d - (a + 3) * d * d + 1
                : d < 2 ? a * (d * d * d - 5 * d * d + 8 * d - 4) : 0;
      }
    }
    return sum;
  }
}
