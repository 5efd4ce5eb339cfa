package dev.graft.backend.cpu;

import dev.graft.backend.View;
import dev.graft.backend.cpu.GroupNormSimd.Gradient;
import dev.graft.backend.cpu.GroupNormSimd.PerChannel;
import dev.graft.backend.cpu.GroupNormSimd.Sizes;

/** Group normalisation of row-major images: each group is one run, in it one run per channel. */
final class GroupNormPlanes {
  private GroupNormPlanes() {}

  private static int grain(Sizes s) {
    return Math.max(1, GroupNormSimd.GRAIN / s.group());
  }

  static void forward(
      Sizes s, View x, float eps, PerChannel w, PerChannel b, View mean, View invStd, View out) {
    int run = s.run();
    float[] xs = x.array();
    Parallel.forRange(
        s.n() * s.groups(),
        grain(s),
        (from, to) -> {
          RunMoments moments = new RunMoments();
          for (int u = from; u < to; u++) {
            moments.measure(xs, x.offset() + u * s.group(), s.group());
            float m = moments.mean();
            float scale = moments.invStd(eps);
            mean.array()[mean.offset() + u] = m;
            invStd.array()[invStd.offset() + u] = scale;
            for (int k = 0; k < s.perGroup(); k++) {
              int c = u % s.groups() * s.perGroup() + k;
              int at = (u * s.perGroup() + k) * run;
              float factor = scale * w.at(c);
              int target = out.offset() + at;
              NormLoops.normalizeRun(
                  xs, x.offset() + at, out.array(), target, run, m, factor, b.at(c));
            }
          }
        });
  }

  static void backward(Sizes s, Gradient g, View gradWeight, View gradBias) {
    double[] sum = new double[s.n() * s.channels()];
    double[] dot = new double[sum.length];
    Parallel.forRange(
        s.n() * s.groups(),
        grain(s),
        (from, to) -> {
          for (int u = from; u < to; u++) {
            group(s, g, u, sum, dot);
          }
        });
    double[] weightSum = new double[s.channels()];
    double[] biasSum = new double[s.channels()];
    for (int i = 0; i < sum.length; i++) {
      weightSum[i % s.channels()] += dot[i];
      biasSum[i % s.channels()] += sum[i];
    }
    GroupNormSimd.store(weightSum, gradWeight);
    GroupNormSimd.store(biasSum, gradBias);
  }

  /** Group {@code u} of all samples: Σg and Σg·normal of its channels, and its part of gradX. */
  private static void group(Sizes s, Gradient g, int u, double[] sum, double[] dot) {
    double groupSum = 0;
    double groupDot = 0;
    int firstChannel = u % s.groups() * s.perGroup();
    for (int k = 0; k < s.perGroup(); k++) {
      int plane = u * s.perGroup() + k;
      sum[plane] = RowLoops.sum(g.gradOut().array(), at(g.gradOut(), s, plane), s.run());
      dot[plane] = planeDot(s, g, plane, g.mean(u)) * g.invStd(u);
      groupSum += g.weight().at(firstChannel + k) * sum[plane];
      groupDot += g.weight().at(firstChannel + k) * dot[plane];
    }
    if (g.gradX() == null) {
      return;
    }
    double inv = g.invStd(u);
    float slope = (float) (-inv * inv * groupDot / s.group());
    float constant = (float) (-inv * groupSum / s.group());
    for (int k = 0; k < s.perGroup(); k++) {
      float scale = (float) (inv * g.weight().at(firstChannel + k));
      planeGrad(s, g, u * s.perGroup() + k, g.mean(u), slope, constant, scale);
    }
  }

  private static int at(View v, Sizes s, int plane) {
    return v.offset() + plane * s.run();
  }

  private static double planeDot(Sizes s, Gradient g, int plane, float mean) {
    int xo = at(g.x(), s, plane);
    int go = at(g.gradOut(), s, plane);
    double dot = 0;
    for (int i = 0; i < s.run(); i += RowLoops.BLOCK) {
      int n = Math.min(RowLoops.BLOCK, s.run() - i);
      dot += NormLoops.dotRun(g.x().array(), xo + i, g.gradOut().array(), go + i, n, mean);
    }
    return dot;
  }

  private static void planeGrad(
      Sizes s, Gradient g, int plane, float mean, float slope, float constant, float scale) {
    float[] ds = g.gradX().array();
    int xo = at(g.x(), s, plane);
    int go = at(g.gradOut(), s, plane);
    int to = at(g.gradX(), s, plane);
    for (int i = 0; i < s.run(); i += GroupNormSimd.PIECE) {
      int n = Math.min(GroupNormSimd.PIECE, s.run() - i);
      NormLoops.normalizeRun(g.x().array(), xo + i, ds, to + i, n, mean, slope, constant);
      NormLoops.addScaledRun(g.gradOut().array(), go + i, ds, to + i, n, scale);
    }
  }
}
