package dev.graft.backend.cpu;

import dev.graft.backend.View;
import dev.graft.backend.cpu.GroupNormSimd.Gradient;
import dev.graft.backend.cpu.GroupNormSimd.PerChannel;
import dev.graft.backend.cpu.GroupNormSimd.Sizes;

/**
 * Group normalisation of channels-last images, with the loops of batch normalisation: sums by
 * channel down blocks of pixels, then put together by image and group.
 */
final class GroupNormPixels {
  private GroupNormPixels() {}

  /** What to do with {@code n} values from {@code at} of image {@code image} on. */
  private interface Piece {
    void run(int image, int at, int n);
  }

  /** Walks all images in pieces of whole rows of {@code width} values, about {@code size} each. */
  private static void forEachPiece(Sizes s, int width, int size, Piece body) {
    int image = s.run() * s.channels();
    int piece = Math.max(1, size / width) * width;
    int pieces = Math.ceilDiv(image, piece);
    Parallel.forRange(
        s.n() * pieces,
        Math.max(1, size / Math.min(piece, image)),
        (from, to) -> {
          for (int u = from; u < to; u++) {
            int start = u % pieces * piece;
            body.run(u / pieces, start, Math.min(piece, image - start));
          }
        });
  }

  /** Pixels of a block: few enough for sums in single precision. */
  private static int blockPixels(Sizes s) {
    return Math.clamp(GroupNormSimd.GRAIN / s.channels(), 16, RowMoments.MAX_ROWS);
  }

  private static int blocks(Sizes s) {
    return Math.ceilDiv(s.run(), blockPixels(s));
  }

  static void forward(
      Sizes s, View x, float eps, PerChannel w, PerChannel b, View mean, View invStd, View out) {
    int channels = s.channels();
    float[] parts = measure(s, x);
    int size = blocks(s) * RowMoments.size(channels);
    float[][] means = new float[s.n()][channels];
    float[][] scales = new float[s.n()][channels];
    for (int image = 0; image < s.n(); image++) {
      Moments all = RowMoments.total(parts, image * size, blockPixels(s), s.run(), channels);
      for (int group = 0; group < s.groups(); group++) {
        int u = image * s.groups() + group;
        store(s, all, group, eps, mean, invStd, u);
        for (int c = group * s.perGroup(); c < (group + 1) * s.perGroup(); c++) {
          means[image][c] = mean.array()[mean.offset() + u];
          scales[image][c] = invStd.array()[invStd.offset() + u] * w.at(c);
        }
      }
    }
    float[] shift = new float[channels];
    System.arraycopy(b.array(), b.offset(), shift, 0, channels);
    int repeats = NormSimd.repeats(channels);
    float[][] ms = repeat(means, repeats);
    float[][] ss = repeat(scales, repeats);
    float[] bs = NormSimd.repeat(shift, repeats);
    int width = channels * repeats;
    float[] xs = x.array();
    float[] ys = out.array();
    forEachPiece(
        s,
        width,
        GroupNormSimd.GRAIN,
        (image, start, n) -> {
          int at = image * s.run() * channels + start;
          float[] m = ms[image];
          NormLoops.normalizeRows(
              xs, x.offset() + at, ys, out.offset() + at, n, width, m, ss[image], bs);
        });
  }

  /** What each block of each image leaves. */
  private static float[] measure(Sizes s, View x) {
    int channels = s.channels();
    int piece = blockPixels(s) * channels;
    int size = RowMoments.size(channels);
    float[] parts = new float[s.n() * blocks(s) * size];
    forEachPiece(
        s,
        channels,
        piece,
        (image, start, n) -> {
          int at = x.offset() + image * s.run() * channels + start;
          int block = image * blocks(s) + start / piece;
          RowMoments.measure(x.array(), at, n / channels, channels, parts, block * size);
        });
    return parts;
  }

  /** Puts a group's channels together, all of them over equally many pixels. */
  private static void store(
      Sizes s, Moments channels, int group, float eps, View mean, View invStd, int u) {
    int first = group * s.perGroup();
    double center = 0;
    for (int k = 0; k < s.perGroup(); k++) {
      center += channels.mean[first + k] / s.perGroup();
    }
    double variance = 0;
    for (int k = 0; k < s.perGroup(); k++) {
      double delta = channels.mean[first + k] - center;
      variance += (channels.variance(first + k) + delta * delta) / s.perGroup();
    }
    mean.array()[mean.offset() + u] = (float) center;
    invStd.array()[invStd.offset() + u] = (float) (1 / Math.sqrt(variance + eps));
  }

  static void backward(Sizes s, Gradient g, View gradWeight, View gradBias) {
    int channels = s.channels();
    float[][] mean = new float[s.n()][channels];
    for (int image = 0; image < s.n(); image++) {
      for (int c = 0; c < channels; c++) {
        mean[image][c] = g.mean(image * s.groups() + c / s.perGroup());
      }
    }
    double[][] sum = new double[s.n()][channels];
    double[][] dot = new double[s.n()][channels];
    sums(s, g, mean, sum, dot);
    double[] weightSum = new double[channels];
    double[] biasSum = new double[channels];
    for (int image = 0; image < s.n(); image++) {
      for (int c = 0; c < channels; c++) {
        dot[image][c] *= g.invStd(image * s.groups() + c / s.perGroup());
        weightSum[c] += dot[image][c];
        biasSum[c] += sum[image][c];
      }
    }
    GroupNormSimd.store(weightSum, gradWeight);
    GroupNormSimd.store(biasSum, gradBias);
    if (g.gradX() != null) {
      inputGrad(s, g, mean, sum, dot);
    }
  }

  /** Σg and Σg·(x − mean) of each channel of each image. */
  private static void sums(Sizes s, Gradient g, float[][] mean, double[][] sum, double[][] dot) {
    int channels = s.channels();
    int piece = blockPixels(s) * channels;
    int repeats = NormSimd.repeats(channels);
    int width = channels * repeats;
    float[][] means = repeat(mean, repeats);
    float[] sums = new float[s.n() * blocks(s) * 2 * width];
    float[] xs = g.x().array();
    float[] gs = g.gradOut().array();
    forEachPiece(
        s,
        channels,
        piece,
        (image, start, n) -> {
          int at = image * s.run() * channels + start;
          int xo = g.x().offset() + at;
          int go = g.gradOut().offset() + at;
          int i = (image * blocks(s) + start / piece) * 2 * width;
          int j = i + width;
          float[] m = means[image];
          int whole = n / width;
          int done = whole * width;
          int rest = (n - done) / channels;
          NormLoops.gradRows(xs, xo, gs, go, whole, width, m, sums, i, j);
          NormLoops.gradRows(xs, xo + done, gs, go + done, rest, channels, m, sums, i, j);
        });
    for (int block = 0, at = 0; block < s.n() * blocks(s); block++, at += 2 * width) {
      int image = block / blocks(s);
      for (int i = at; i < at + width; i += channels) {
        for (int c = 0; c < channels; c++) {
          sum[image][c] += sums[i + c];
          dot[image][c] += sums[i + width + c];
        }
      }
    }
  }

  /** {@code gradX = (x − mean)·slope + constant + g·scale}, a piece that fits L1 at a time. */
  private static void inputGrad(
      Sizes s, Gradient g, float[][] mean, double[][] sum, double[][] dot) {
    int channels = s.channels();
    float[][] slope = new float[s.n()][channels];
    float[][] constant = new float[s.n()][channels];
    float[][] scale = new float[s.n()][channels];
    for (int u = 0; u < s.n() * s.groups(); u++) {
      int image = u / s.groups();
      int first = u % s.groups() * s.perGroup();
      double inv = g.invStd(u);
      double groupSum = 0;
      double groupDot = 0;
      for (int c = first; c < first + s.perGroup(); c++) {
        groupSum += g.weight().at(c) * sum[image][c];
        groupDot += g.weight().at(c) * dot[image][c];
      }
      for (int c = first; c < first + s.perGroup(); c++) {
        slope[image][c] = (float) (-inv * inv * groupDot / s.group());
        constant[image][c] = (float) (-inv * groupSum / s.group());
        scale[image][c] = (float) (inv * g.weight().at(c));
      }
    }
    int repeats = NormSimd.repeats(channels);
    float[][] m = repeat(mean, repeats);
    float[][] a = repeat(slope, repeats);
    float[][] b = repeat(constant, repeats);
    float[][] f = repeat(scale, repeats);
    int width = channels * repeats;
    float[] ds = g.gradX().array();
    forEachPiece(
        s,
        width,
        GroupNormSimd.PIECE,
        (image, start, n) -> {
          int at = image * s.run() * channels + start;
          int xo = g.x().offset() + at;
          int go = g.gradOut().offset() + at;
          int to = g.gradX().offset() + at;
          NormReluLoops.combine(
              g.x().array(),
              xo,
              g.gradOut().array(),
              go,
              ds,
              to,
              n,
              width,
              m[image],
              a[image],
              b[image],
              f[image]);
        });
  }

  private static float[][] repeat(float[][] values, int times) {
    float[][] repeated = new float[values.length][];
    for (int i = 0; i < values.length; i++) {
      repeated[i] = NormSimd.repeat(values[i], times);
    }
    return repeated;
  }
}
