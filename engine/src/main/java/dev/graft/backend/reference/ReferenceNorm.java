package dev.graft.backend.reference;

import dev.graft.backend.NormKernels;
import dev.graft.backend.View;

final class ReferenceNorm implements NormKernels {
  @Override
  public void batchStatistics(View x, View mean, View var) {
    int channels = x.dim(1);
    double count = (double) x.numel() / channels;
    double[] sum = new double[channels];
    for (Indices i = new Indices(x.shape(), x.layout()); i.hasMore(); i.next()) {
      sum[i.index(1)] += x.array()[i.at(0)];
    }
    double[] squares = new double[channels];
    for (Indices i = new Indices(x.shape(), x.layout()); i.hasMore(); i.next()) {
      double deviation = x.array()[i.at(0)] - sum[i.index(1)] / count;
      squares[i.index(1)] += deviation * deviation;
    }
    for (int c = 0; c < channels; c++) {
      mean.array()[mean.offset() + c] = (float) (sum[c] / count);
      var.array()[var.offset() + c] = (float) (squares[c] / count);
    }
  }

  @Override
  public void normalize(View x, View mean, View invStd, View weight, View bias, View out) {
    for (Indices i = new Indices(x.shape(), x.layout(), out.layout()); i.hasMore(); i.next()) {
      int c = i.index(1);
      double normal = ((double) x.array()[i.at(0)] - value(mean, c, 0)) * value(invStd, c, 1);
      out.array()[i.at(1)] = (float) (normal * value(weight, c, 1) + value(bias, c, 0));
    }
  }

  private static double value(View perChannel, int c, double otherwise) {
    return perChannel == null ? otherwise : perChannel.array()[perChannel.offset() + c];
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
    int channels = x.dim(1);
    double count = (double) x.numel() / channels;
    double[] sum = new double[channels];
    double[] dot = new double[channels];
    Indices i = new Indices(x.shape(), x.layout(), gradOut.layout());
    for (; i.hasMore(); i.next()) {
      int c = i.index(1);
      double g = gradOut.array()[i.at(1)];
      sum[c] += g;
      dot[c] += g * ((double) x.array()[i.at(0)] - value(mean, c, 0)) * value(invStd, c, 1);
    }
    for (int c = 0; c < channels; c++) {
      if (gradWeight != null) {
        gradWeight.array()[gradWeight.offset() + c] = (float) dot[c];
      }
      if (gradBias != null) {
        gradBias.array()[gradBias.offset() + c] = (float) sum[c];
      }
    }
    if (gradX == null) {
      return;
    }
    i = new Indices(x.shape(), x.layout(), gradOut.layout(), gradX.layout());
    for (; i.hasMore(); i.next()) {
      int c = i.index(1);
      double g = gradOut.array()[i.at(1)];
      if (batchStatistics) {
        double normal = ((double) x.array()[i.at(0)] - value(mean, c, 0)) * value(invStd, c, 1);
        g -= (sum[c] + normal * dot[c]) / count;
      }
      gradX.array()[i.at(2)] = (float) (g * value(invStd, c, 1) * value(weight, c, 1));
    }
  }
}
