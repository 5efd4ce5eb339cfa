package dev.graft.backend.cpu;

import dev.graft.backend.CopyKernels;
import dev.graft.backend.HostBuffer;
import dev.graft.backend.NormKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import java.util.Arrays;

/**
 * Batch normalisation. Statistics read memory once, in blocks of 256 KB; blocks depend on sizes
 * alone and are combined in order.
 */
final class NormSimd implements NormKernels {
  private static final int GRAIN = 1 << 16;

  private final BufferPool pool;
  private final CopyKernels copies;

  NormSimd(BufferPool pool, CopyKernels copies) {
    this.pool = pool;
    this.copies = copies;
  }

  static int blockRows(int channels) {
    return Math.clamp(GRAIN / channels, 16, RowMoments.MAX_ROWS);
  }

  @Override
  public void batchStatistics(View x, View mean, View var) {
    if (!x.layout().isDense()) {
      float[] array = pool.take(x.numel());
      View dense =
          new View(new HostBuffer(array, x.buffer().backend()), Layout.rowMajor(x.shape()));
      copies.copy(x, dense);
      batchStatistics(dense, mean, var);
      pool.give(array);
      return;
    }
    Channels lie = Channels.of(x);
    if (lie.last()) {
      Moments all = rowMoments(x.array(), x.offset(), lie);
      for (int c = 0; c < lie.channels(); c++) {
        mean.array()[mean.offset() + c] = (float) all.mean[c];
        var.array()[var.offset() + c] = (float) all.variance(c);
      }
    } else {
      Parallel.forRange(
          lie.channels(),
          runGrain(lie),
          (from, to) -> {
            for (int c = from; c < to; c++) {
              Moments all = runMoments(x.array(), x.offset(), lie, c);
              mean.array()[mean.offset() + c] = (float) all.mean[0];
              var.array()[var.offset() + c] = (float) all.variance(0);
            }
          });
    }
  }

  private static int runGrain(Channels lie) {
    return Math.max(1, GRAIN / Math.max(1, lie.groups() * lie.run()));
  }

  private Moments rowMoments(float[] x, int at, Channels lie) {
    int channels = lie.channels();
    int rows = blockRows(channels);
    int size = RowMoments.size(channels);
    float[] parts = pool.take(Math.ceilDiv(lie.groups(), rows) * size);
    Parallel.forRange(
        lie.groups(),
        rows,
        (from, to) -> {
          int block = from / rows * size;
          RowMoments.measure(x, at + from * channels, to - from, channels, parts, block);
        });
    Moments all = RowMoments.total(parts, 0, rows, lie.groups(), channels);
    pool.give(parts);
    return all;
  }

  private static Moments runMoments(float[] x, int at, Channels lie, int channel) {
    Moments all = null;
    float[] about = new float[1];
    float[] sums = new float[2];
    for (int g = 0; g < lie.groups(); g++) {
      int start = at + (g * lie.channels() + channel) * lie.run();
      for (int i = 0; i < lie.run(); i += RowLoops.BLOCK) {
        int n = Math.min(RowLoops.BLOCK, lie.run() - i);
        about[0] = (float) (RowLoops.sum(x, start + i, n) / n);
        NormLoops.deviationRun(x, start + i, n, about[0], sums);
        Moments block = new Moments(1);
        block.setBlock(n, about, new float[] {sums[0]}, new float[] {sums[1]});
        if (all == null) {
          all = block;
        } else {
          all.add(block);
        }
      }
    }
    return all;
  }

  @Override
  public void normalize(View x, View mean, View invStd, View weight, View bias, View out) {
    normalizeLoop(x, mean, invStd, weight, bias, out).run();
  }

  @Override
  public void normalizeRelu(
      View x, View mean, View invStd, View weight, View bias, View residual, View out) {
    if (Channels.of(x).last()) {
      new NormReluRows(pool, x, mean, invStd, weight, bias).forward(residual, out);
    } else {
      NormKernels.super.normalizeRelu(x, mean, invStd, weight, bias, residual, out);
    }
  }

  @Override
  public void batchNormReluGrad(
      View x,
      View mean,
      View invStd,
      View weight,
      View bias,
      View y,
      boolean residual,
      View gradOut,
      View masked,
      View gradX,
      View gradWeight,
      View gradBias) {
    if (gradX != null && Channels.of(x).last()) {
      NormReluRows rows = new NormReluRows(pool, x, mean, invStd, weight, bias);
      boolean plain = masked == null && !residual;
      View kept = plain ? null : masked == null ? gradX : masked;
      rows.backward(plain ? null : y, gradOut, kept, gradX, gradWeight, gradBias);
    } else {
      NormKernels.super.batchNormReluGrad(
          x, mean, invStd, weight, bias, y, residual, gradOut, masked, gradX, gradWeight, gradBias);
    }
  }

  static Parallel.Loop normalizeLoop(
      View x, View mean, View invStd, View weight, View bias, View out) {
    Channels lie = Channels.of(x);
    float[] scale = values(invStd, lie.channels(), 1);
    float[] factor = values(weight, lie.channels(), 1);
    for (int c = 0; c < scale.length; c++) {
      scale[c] *= factor[c];
    }
    return affine(lie, x, values(mean, scale.length, 0), scale, values(bias, scale.length, 0), out);
  }

  static float[] values(View perChannel, int channels, float otherwise) {
    float[] values = new float[channels];
    if (perChannel == null) {
      Arrays.fill(values, otherwise);
    } else {
      System.arraycopy(perChannel.array(), perChannel.offset(), values, 0, channels);
    }
    return values;
  }

  /** {@code out = (x − mean)·scale + bias} by channel. */
  private static Parallel.Loop affine(
      Channels lie, View x, float[] mean, float[] scale, float[] bias, View out) {
    float[] xs = x.array();
    float[] ys = out.array();
    if (lie.last()) {
      int repeats = repeats(lie.channels());
      int width = lie.channels() * repeats;
      float[] m = repeat(mean, repeats);
      float[] s = repeat(scale, repeats);
      float[] b = repeat(bias, repeats);
      return new Parallel.Loop(
          x.numel(),
          rowGrain(width),
          (from, to) ->
              NormLoops.normalizeRows(
                  xs, x.offset() + from, ys, out.offset() + from, to - from, width, m, s, b));
    }
    return new Parallel.Loop(
        lie.groups() * lie.channels(),
        Math.max(1, GRAIN / lie.run()),
        (from, to) -> {
          for (int u = from; u < to; u++) {
            int c = u % lie.channels();
            int at = u * lie.run();
            NormLoops.normalizeRun(
                xs, x.offset() + at, ys, out.offset() + at, lie.run(), mean[c], scale[c], bias[c]);
          }
        });
  }

  /** Narrow rows are taken several at a time, with their parameters repeated. */
  static int repeats(int channels) {
    return (63 + channels) / channels;
  }

  static int rowGrain(int width) {
    return Math.max(1, GRAIN / width) * width;
  }

  static float[] repeat(float[] values, int times) {
    float[] repeated = new float[values.length * times];
    for (int i = 0; i < times; i++) {
      System.arraycopy(values, 0, repeated, i * values.length, values.length);
    }
    return repeated;
  }

  @Override
  public void batchNormGrad(
      View x,
      View mean,
      View invStd,
      View weight,
      View gradOut,
      boolean batchStatistics,
      View gradX,
      View gradWeight,
      View gradBias) {
    Channels lie = Channels.of(x);
    int channels = lie.channels();
    float[] center = values(mean, channels, 0);
    float[] inv = values(invStd, channels, 1);
    double[] sum = new double[channels];
    double[] dot = new double[channels];
    if (batchStatistics || gradWeight != null || gradBias != null) {
      if (lie.last()) {
        rowSums(lie, x, gradOut, center, sum, dot);
      } else {
        runSums(lie, x, gradOut, center, sum, dot);
      }
    }
    for (int c = 0; c < channels; c++) {
      dot[c] *= inv[c];
      if (gradWeight != null) {
        gradWeight.array()[gradWeight.offset() + c] = (float) dot[c];
      }
      if (gradBias != null) {
        gradBias.array()[gradBias.offset() + c] = (float) sum[c];
      }
    }
    if (gradX != null) {
      float[] scale = values(weight, channels, 1);
      inputGrad(lie, x, gradOut, batchStatistics, center, inv, scale, sum, dot, gradX);
    }
  }

  /** {@code gradX = (g − (sum + normal·dot)/count)·invStd·weight}, of which g's factor is scale. */
  private static void inputGrad(
      Channels lie,
      View x,
      View gradOut,
      boolean batchStatistics,
      float[] mean,
      float[] inv,
      float[] scale,
      double[] sum,
      double[] dot,
      View gradX) {
    double count = (double) lie.groups() * lie.run();
    float[] slope = new float[scale.length];
    float[] constant = new float[scale.length];
    for (int c = 0; c < scale.length; c++) {
      scale[c] *= inv[c];
      slope[c] = (float) (-scale[c] * inv[c] * dot[c] / count);
      constant[c] = (float) (-scale[c] * sum[c] / count);
    }
    if (batchStatistics) {
      combine(lie, x, gradOut, mean, slope, constant, scale, gradX);
    } else {
      affine(lie, gradOut, new float[scale.length], scale, new float[scale.length], gradX).run();
    }
  }

  /**
   * {@code gradX = (x − mean)·slope + constant + g·scale}; of runs a piece that fits L1 at a time.
   */
  private static void combine(
      Channels lie,
      View x,
      View gradOut,
      float[] mean,
      float[] slope,
      float[] constant,
      float[] scale,
      View gradX) {
    float[] xs = x.array();
    float[] gs = gradOut.array();
    float[] ds = gradX.array();
    int xo = x.offset();
    int go = gradOut.offset();
    int to = gradX.offset();
    if (lie.last()) {
      int repeats = repeats(lie.channels());
      int width = lie.channels() * repeats;
      float[] m = repeat(mean, repeats);
      float[] a = repeat(slope, repeats);
      float[] b = repeat(constant, repeats);
      float[] s = repeat(scale, repeats);
      Parallel.forRange(
          x.numel(),
          rowGrain(width),
          (from, end) ->
              NormReluLoops.combine(
                  xs, xo + from, gs, go + from, ds, to + from, end - from, width, m, a, b, s));
      return;
    }
    Parallel.forRange(
        lie.groups() * lie.channels(),
        Math.max(1, PIECE / lie.run()),
        (from, end) -> {
          for (int u = from; u < end; u++) {
            int c = u % lie.channels();
            int at = u * lie.run();
            NormLoops.normalizeRun(
                xs, xo + at, ds, to + at, lie.run(), mean[c], slope[c], constant[c]);
            NormLoops.addScaledRun(gs, go + at, ds, to + at, lie.run(), scale[c]);
          }
        });
  }

  /** 32 KB of the result: the second loop finds it in cache. */
  private static final int PIECE = 1 << 13;

  private void rowSums(
      Channels lie, View x, View gradOut, float[] mean, double[] sum, double[] dot) {
    int repeats = repeats(lie.channels());
    float[] means = repeat(mean, repeats);
    BlockSums.run(
        pool,
        lie.groups(),
        lie.channels(),
        repeats,
        (at, count, length, sums, s, d) -> {
          int xo = x.offset() + at;
          int go = gradOut.offset() + at;
          NormLoops.gradRows(x.array(), xo, gradOut.array(), go, count, length, means, sums, s, d);
        },
        sum,
        dot);
  }

  private static void runSums(
      Channels lie, View x, View gradOut, float[] mean, double[] sum, double[] dot) {
    float[] xs = x.array();
    float[] gs = gradOut.array();
    Parallel.forRange(
        lie.channels(),
        runGrain(lie),
        (from, to) -> {
          for (int c = from; c < to; c++) {
            for (int g = 0; g < lie.groups(); g++) {
              int at = (g * lie.channels() + c) * lie.run();
              sum[c] += RowLoops.sum(gs, gradOut.offset() + at, lie.run());
              for (int i = 0; i < lie.run(); i += RowLoops.BLOCK) {
                int n = Math.min(RowLoops.BLOCK, lie.run() - i);
                int j = at + i;
                dot[c] +=
                    NormLoops.dotRun(xs, x.offset() + j, gs, gradOut.offset() + j, n, mean[c]);
              }
            }
          }
        });
  }
}
