package dev.graft.backend.reference;

import dev.graft.backend.GroupNormKernels;
import dev.graft.backend.View;

final class ReferenceGroupNorm implements GroupNormKernels {
  /** The group, over all samples, of the current element. */
  private static int group(Indices i, View x, int groups) {
    return i.index(0) * groups + i.index(1) / (x.dim(1) / groups);
  }

  private static double value(View perChannel, int c, double otherwise) {
    return perChannel == null ? otherwise : perChannel.array()[perChannel.offset() + c];
  }

  @Override
  public void groupNorm(
      View x, int groups, float eps, View weight, View bias, View mean, View invStd, View out) {
    double[] means = new double[x.dim(0) * groups];
    double[] scales = new double[means.length];
    double count = (double) x.numel() / means.length;
    for (Indices i = new Indices(x.shape(), x.layout()); i.hasMore(); i.next()) {
      means[group(i, x, groups)] += x.array()[i.at(0)] / count;
    }
    for (Indices i = new Indices(x.shape(), x.layout()); i.hasMore(); i.next()) {
      double deviation = x.array()[i.at(0)] - means[group(i, x, groups)];
      scales[group(i, x, groups)] += deviation * deviation / count;
    }
    for (int k = 0; k < means.length; k++) {
      scales[k] = 1 / Math.sqrt(scales[k] + eps);
      mean.array()[mean.offset() + k] = (float) means[k];
      invStd.array()[invStd.offset() + k] = (float) scales[k];
    }
    for (Indices i = new Indices(x.shape(), x.layout(), out.layout()); i.hasMore(); i.next()) {
      int k = group(i, x, groups);
      double normal = (x.array()[i.at(0)] - means[k]) * scales[k];
      int c = i.index(1);
      out.array()[i.at(1)] = (float) (normal * value(weight, c, 1) + value(bias, c, 0));
    }
  }

  @Override
  public void groupNormGrad(
      View x,
      int groups,
      View mean,
      View invStd,
      View weight,
      View gradOut,
      View gradX,
      View gradWeight,
      View gradBias) {
    double[] sum = new double[x.dim(0) * groups];
    double[] dot = new double[sum.length];
    double[] weightSum = new double[x.dim(1)];
    double[] biasSum = new double[x.dim(1)];
    double count = (double) x.numel() / sum.length;
    Indices i = new Indices(x.shape(), x.layout(), gradOut.layout());
    for (; i.hasMore(); i.next()) {
      int k = group(i, x, groups);
      int c = i.index(1);
      double g = gradOut.array()[i.at(1)];
      double normal = (x.array()[i.at(0)] - value(mean, k, 0)) * value(invStd, k, 1);
      sum[k] += g * value(weight, c, 1);
      dot[k] += g * value(weight, c, 1) * normal;
      weightSum[c] += g * normal;
      biasSum[c] += g;
    }
    store(weightSum, gradWeight);
    store(biasSum, gradBias);
    if (gradX == null) {
      return;
    }
    i = new Indices(x.shape(), x.layout(), gradOut.layout(), gradX.layout());
    for (; i.hasMore(); i.next()) {
      int k = group(i, x, groups);
      double g = gradOut.array()[i.at(1)] * value(weight, i.index(1), 1);
      double normal = (x.array()[i.at(0)] - value(mean, k, 0)) * value(invStd, k, 1);
      gradX.array()[i.at(2)] =
          (float) ((g - (sum[k] + normal * dot[k]) / count) * value(invStd, k, 1));
    }
  }

  private static void store(double[] values, View target) {
    for (int c = 0; target != null && c < values.length; c++) {
      target.array()[target.offset() + c] = (float) values[c];
    }
  }
}
