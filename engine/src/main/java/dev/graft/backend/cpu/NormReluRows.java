package dev.graft.backend.cpu;

import dev.graft.backend.View;

/**
 * Batch normalisation with a ReLU behind it on channels-last arrays: one pass for the result, two
 * for the gradients. Where nothing was added to the normalised values their sign follows from x, so
 * that the gradients read two arrays in each pass and write one; else the first pass applies the
 * ReLU's and keeps what is left.
 */
final class NormReluRows {
  private final BufferPool pool;
  private final View x;
  private final Channels lie;
  private final int repeats;
  private final int width;
  private final float[] inv;
  private final float[] scale;

  /** The mean, {@link #scale} and the bias, repeated to {@link #width}. */
  private final float[] means;

  private final float[] scales;
  private final float[] biases;

  NormReluRows(BufferPool pool, View x, View mean, View invStd, View weight, View bias) {
    this.pool = pool;
    this.x = x;
    lie = Channels.of(x);
    int channels = lie.channels();
    repeats = NormSimd.repeats(channels);
    width = channels * repeats;
    inv = NormSimd.values(invStd, channels, 1);
    scale = NormSimd.values(weight, channels, 1);
    for (int c = 0; c < channels; c++) {
      scale[c] *= inv[c];
    }
    means = NormSimd.repeat(NormSimd.values(mean, channels, 0), repeats);
    scales = NormSimd.repeat(scale, repeats);
    biases = NormSimd.repeat(NormSimd.values(bias, channels, 0), repeats);
  }

  /** {@code out = relu((x − mean)·invStd·weight + bias + residual)}; residual may be null. */
  void forward(View residual, View out) {
    float[] xs = x.array();
    float[] ys = out.array();
    int xo = x.offset();
    int yo = out.offset();
    Parallel.forRange(
        x.numel(),
        NormSimd.rowGrain(width),
        (from, to) -> {
          int n = to - from;
          if (residual == null) {
            NormReluLoops.forward(xs, xo + from, ys, yo + from, n, width, means, scales, biases);
          } else {
            float[] rs = residual.array();
            int ro = residual.offset() + from;
            NormReluLoops.forward(
                xs, xo + from, rs, ro, ys, yo + from, n, width, means, scales, biases);
          }
        });
  }

  /**
   * The gradients; gradX may be gradOut.
   *
   * @param y the result, or null if it had no residual: its sign then follows from x
   * @param kept gets gradOut where y is positive, and may be gradOut or gradX; null without y
   */
  void backward(View y, View gradOut, View kept, View gradX, View gradWeight, View gradBias) {
    Slopes slopes = slopes(y, gradOut, kept, gradWeight, gradBias);
    View grad = y == null ? gradOut : kept;
    float[] xs = x.array();
    float[] gs = grad.array();
    float[] ds = gradX.array();
    float[] a = slopes.slope;
    float[] b = slopes.constant;
    Parallel.forRange(
        x.numel(),
        NormSimd.rowGrain(width),
        (from, to) -> {
          int n = to - from;
          int xo = x.offset() + from;
          int go = grad.offset() + from;
          int at = gradX.offset() + from;
          if (y == null) {
            NormReluLoops.combine(xs, xo, gs, go, ds, at, n, width, means, a, b, scales, biases);
          } else {
            NormReluLoops.combine(xs, xo, gs, go, ds, at, n, width, means, a, b, scales);
          }
        });
  }

  /** {@code gradX = (x − mean)·slope + constant + kept·scale}, by channel, repeated. */
  private record Slopes(float[] slope, float[] constant) {}

  private Slopes slopes(View y, View gradOut, View kept, View gradWeight, View gradBias) {
    int channels = lie.channels();
    double[] sum = new double[channels];
    double[] dot = new double[channels];
    sums(y, gradOut, kept, sum, dot);
    double count = lie.groups();
    float[] slope = new float[channels];
    float[] constant = new float[channels];
    for (int c = 0; c < channels; c++) {
      dot[c] *= inv[c];
      slope[c] = (float) (-scale[c] * inv[c] * dot[c] / count);
      constant[c] = (float) (-scale[c] * sum[c] / count);
      if (gradWeight != null) {
        gradWeight.array()[gradWeight.offset() + c] = (float) dot[c];
      }
      if (gradBias != null) {
        gradBias.array()[gradBias.offset() + c] = (float) sum[c];
      }
    }
    return new Slopes(NormSimd.repeat(slope, repeats), NormSimd.repeat(constant, repeats));
  }

  private void sums(View y, View gradOut, View kept, double[] sum, double[] dot) {
    BlockSums.run(
        pool,
        lie.groups(),
        lie.channels(),
        repeats,
        (at, count, length, sums, s, d) -> rows(y, gradOut, kept, at, count, length, sums, s, d),
        sum,
        dot);
  }

  private void rows(
      View y,
      View gradOut,
      View kept,
      int at,
      int count,
      int length,
      float[] sums,
      int sum,
      int dot) {
    float[] xs = x.array();
    float[] gs = gradOut.array();
    int xo = x.offset() + at;
    int go = gradOut.offset() + at;
    if (y == null) {
      NormReluLoops.gradRows(xs, xo, gs, go, count, length, means, scales, biases, sums, sum, dot);
    } else {
      NormReluLoops.gradRows(
          xs,
          xo,
          y.array(),
          y.offset() + at,
          gs,
          go,
          kept.array(),
          kept.offset() + at,
          count,
          length,
          means,
          sums,
          sum,
          dot);
    }
  }
}
