package dev.graft.backend.cpu;

import dev.graft.backend.View;

/**
 * Batch normalisation with a ReLU behind it on channels-last arrays: one pass for the result, two
 * for the gradients, of which the first applies the ReLU's.
 */
final class NormReluRows {
  /** Four arrays are read and written at a time. */
  private static final int ARRAYS = 4;

  private final View x;
  private final Channels lie;
  private final int repeats;
  private final int width;
  private final float[] mean;
  private final float[] inv;
  private final float[] scale;

  NormReluRows(View x, View mean, View invStd, View weight) {
    this.x = x;
    lie = Channels.of(x);
    int channels = lie.channels();
    repeats = NormSimd.repeats(channels);
    width = channels * repeats;
    this.mean = NormSimd.values(mean, channels, 0);
    inv = NormSimd.values(invStd, channels, 1);
    scale = NormSimd.values(weight, channels, 1);
    for (int c = 0; c < channels; c++) {
      scale[c] *= inv[c];
    }
  }

  /** {@code out = relu((x − mean)·invStd·weight + bias + residual)}; residual may be null. */
  static void forward(
      View x, View mean, View invStd, View weight, View bias, View residual, View out) {
    NormReluRows rows = new NormReluRows(x, mean, invStd, weight);
    float[] m = NormSimd.repeat(rows.mean, rows.repeats);
    float[] s = NormSimd.repeat(rows.scale, rows.repeats);
    float[] added = NormSimd.values(bias, rows.lie.channels(), 0);
    float[] b = NormSimd.repeat(added, rows.repeats);
    float[] xs = x.array();
    float[] ys = out.array();
    int xo = x.offset();
    int yo = out.offset();
    Parallel.forRange(
        x.numel(),
        NormSimd.rowGrain(rows.width),
        (from, to) -> {
          int n = to - from;
          if (residual == null) {
            NormReluLoops.forward(xs, xo + from, ys, yo + from, n, rows.width, m, s, b);
          } else {
            int ro = residual.offset() + from;
            NormReluLoops.forward(
                xs, xo + from, residual.array(), ro, ys, yo + from, n, rows.width, m, s, b);
          }
        });
  }

  /** As the kernel; {@code kept} gets gradOut where y is positive, and may be gradX. */
  void backward(View y, View gradOut, View kept, View gradX, View gradWeight, View gradBias) {
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
    float[] m = NormSimd.repeat(mean, repeats);
    float[] a = NormSimd.repeat(slope, repeats);
    float[] b = NormSimd.repeat(constant, repeats);
    float[] s = NormSimd.repeat(scale, repeats);
    Parallel.forRange(
        x.numel(),
        NormSimd.rowGrain(width),
        (from, to) ->
            NormReluLoops.combine(
                x.array(),
                x.offset() + from,
                kept.array(),
                kept.offset() + from,
                gradX.array(),
                gradX.offset() + from,
                to - from,
                width,
                m,
                a,
                b,
                s));
  }

  private void sums(View y, View gradOut, View kept, double[] sum, double[] dot) {
    int rows = Math.max(1, NormSimd.blockRows(width) / ARRAYS) * repeats;
    float[] m = NormSimd.repeat(mean, repeats);
    float[][] sums = new float[Math.ceilDiv(lie.groups(), rows)][];
    float[][] dots = new float[sums.length][];
    Parallel.forRange(
        lie.groups(),
        rows,
        (from, to) -> {
          float[] s = new float[2 * width];
          float[] d = new float[2 * width];
          int whole = (to - from) / repeats;
          rows(y, gradOut, kept, from, whole, width, m, s, d);
          int rest = from + whole * repeats;
          float[] restS = new float[lie.channels()];
          float[] restD = new float[lie.channels()];
          rows(y, gradOut, kept, rest, to - rest, lie.channels(), m, restS, restD);
          System.arraycopy(restS, 0, s, width, restS.length);
          System.arraycopy(restD, 0, d, width, restD.length);
          sums[from / rows] = s;
          dots[from / rows] = d;
        });
    for (int k = 0; k < sums.length; k++) {
      for (int c = 0; c < width + lie.channels(); c++) {
        sum[c % lie.channels()] += sums[k][c];
        dot[c % lie.channels()] += dots[k][c];
      }
    }
  }

  /** The sums over {@code count} rows of {@code length} floats from row {@code first} on. */
  private void rows(
      View y,
      View gradOut,
      View kept,
      int first,
      int count,
      int length,
      float[] m,
      float[] sum,
      float[] dot) {
    int at = first * lie.channels();
    NormReluLoops.gradRows(
        x.array(),
        x.offset() + at,
        y.array(),
        y.offset() + at,
        gradOut.array(),
        gradOut.offset() + at,
        kept.array(),
        kept.offset() + at,
        count,
        length,
        m,
        sum,
        dot);
  }
}
