package dev.graft.backend.cpu;

import dev.graft.backend.View;
import dev.graft.backend.cpu.GroupNormSimd.Gradient;
import dev.graft.backend.cpu.GroupNormSimd.PerChannel;
import dev.graft.backend.cpu.GroupNormSimd.Sizes;

/** Layer normalisation, and group normalisation of x [n, c]: each group is one contiguous run. */
final class GroupNormRows {
  /** Fewer rows to a block would make the blocks' sums as large as what they sum. */
  private static final int MIN_ROWS = 4;

  /** Few enough for sums in single precision. */
  private static final int MAX_ROWS = 1024;

  private GroupNormRows() {}

  static void forward(
      Sizes s, View x, float eps, PerChannel w, PerChannel b, View mean, View invStd, View out) {
    int size = s.perGroup();
    float[] xs = x.array();
    Parallel.forRange(
        s.n() * s.groups(),
        Math.max(1, GroupNormSimd.GRAIN / size),
        (from, to) -> {
          RunMoments moments = new RunMoments();
          for (int u = from; u < to; u++) {
            int at = x.offset() + u * size;
            moments.measure(xs, at, size);
            float m = moments.mean();
            float scale = moments.invStd(eps);
            mean.array()[mean.offset() + u] = m;
            invStd.array()[invStd.offset() + u] = scale;
            int c = u % s.groups() * size;
            GroupNormLoops.normalize(
                xs,
                at,
                out.array(),
                out.offset() + u * size,
                size,
                m,
                scale,
                w.array(),
                w.offset() + c,
                b.array(),
                b.offset() + c);
          }
        });
  }

  static void backward(Sizes s, Gradient g, View gradWeight, View gradBias) {
    int channels = s.channels();
    boolean parameters = gradWeight != null || gradBias != null;
    int rows = Math.clamp(GroupNormSimd.GRAIN / channels, MIN_ROWS, MAX_ROWS);
    float[][] sums = new float[(s.n() + rows - 1) / rows][];
    float[][] dots = new float[sums.length][];
    Parallel.forRange(
        s.n(),
        rows,
        (from, to) -> {
          if (parameters) {
            sums[from / rows] = new float[channels];
            dots[from / rows] = new float[channels];
          }
          for (int u = from * s.groups(); u < to * s.groups(); u++) {
            if (parameters) {
              addParameterGrad(s, g, u, sums[from / rows], dots[from / rows]);
            }
            if (g.gradX() != null) {
              inputGrad(s, g, u);
            }
          }
        });
    if (parameters) {
      total(sums, channels, gradBias);
      total(dots, channels, gradWeight);
    }
  }

  private static void addParameterGrad(Sizes s, Gradient g, int u, float[] sum, float[] dot) {
    int size = s.perGroup();
    GroupNormLoops.addParameterGrad(
        g.x().array(),
        g.x().offset() + u * size,
        g.gradOut().array(),
        g.gradOut().offset() + u * size,
        size,
        g.mean(u),
        g.invStd(u),
        sum,
        dot,
        u % s.groups() * size);
  }

  private static void inputGrad(Sizes s, Gradient g, int u) {
    int size = s.perGroup();
    float[] xs = g.x().array();
    float[] gs = g.gradOut().array();
    int xo = g.x().offset() + u * size;
    int go = g.gradOut().offset() + u * size;
    float[] w = g.weight().array();
    int wo = g.weight().offset() + u % s.groups() * size;
    float mean = g.mean(u);
    double inv = g.invStd(u);
    double sum = 0;
    double dot = 0;
    float[] block = new float[2];
    for (int i = 0; i < size; i += RowLoops.BLOCK) {
      int n = Math.min(RowLoops.BLOCK, size - i);
      GroupNormLoops.sums(xs, xo + i, gs, go + i, n, mean, w, wo + i, block);
      sum += block[0];
      dot += block[1];
    }
    float slope = (float) (-inv * inv * inv * dot / size);
    float constant = (float) (-inv * sum / size);
    float[] ds = g.gradX().array();
    int to = g.gradX().offset() + u * size;
    GroupNormLoops.inputGrad(
        xs, xo, gs, go, ds, to, size, mean, slope, constant, w, wo, (float) inv);
  }

  /** The blocks' sums, added in order. */
  private static void total(float[][] blocks, int channels, View target) {
    if (target == null) {
      return;
    }
    Parallel.forRange(
        channels,
        GroupNormSimd.PIECE,
        (from, to) -> {
          double[] total = new double[to - from];
          for (float[] block : blocks) {
            for (int c = from; c < to; c++) {
              total[c - from] += block[c];
            }
          }
          for (int c = from; c < to; c++) {
            target.array()[target.offset() + c] = (float) total[c - from];
          }
        });
  }
}
