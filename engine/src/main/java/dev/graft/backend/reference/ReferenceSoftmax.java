package dev.graft.backend.reference;

import dev.graft.backend.SoftmaxKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;

final class ReferenceSoftmax implements SoftmaxKernels {
  @Override
  public void softmax(View x, int dim, boolean log, View out) {
    int step = x.stride(dim);
    int size = x.dim(dim);
    for (Indices i = lines(x, dim); i.hasMore(); i.next()) {
      int from = i.at(0);
      double max = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < size; k++) {
        max = Math.max(max, x.array()[from + k * step]);
      }
      double sum = 0;
      for (int k = 0; k < size; k++) {
        sum += Math.exp(x.array()[from + k * step] - max);
      }
      int to = from - x.offset() + out.offset();
      for (int k = 0; k < size; k++) {
        double shifted = x.array()[from + k * step] - max;
        out.array()[to + k * step] =
            (float) (log ? shifted - Math.log(sum) : Math.exp(shifted) / sum);
      }
    }
  }

  /** The start of every line along {@code dim}. */
  private static Indices lines(View x, int dim) {
    Layout starts = x.layout().slice(dim, 0, Math.min(1, x.dim(dim)), 1);
    return new Indices(starts.shape(), starts);
  }

  @Override
  public void softmaxGrad(View y, int dim, boolean log, View gradY, View gradX) {
    int step = y.stride(dim);
    int size = y.dim(dim);
    for (Indices i = lines(y, dim); i.hasMore(); i.next()) {
      int at = i.at(0) - y.offset();
      double sum = 0;
      for (int k = 0; k < size; k++) {
        double g = gradY.array()[gradY.offset() + at + k * step];
        sum += log ? g : g * y.array()[y.offset() + at + k * step];
      }
      for (int k = 0; k < size; k++) {
        double g = gradY.array()[gradY.offset() + at + k * step];
        double v = y.array()[y.offset() + at + k * step];
        gradX.array()[gradX.offset() + at + k * step] =
            (float) (log ? g - Math.exp(v) * sum : v * (g - sum));
      }
    }
  }

  @Override
  public void nll(View logProbs, int[] target, View weight, float smoothing, View out) {
    int classes = logProbs.dim(1);
    for (int row = 0; row < target.length; row++) {
      double loss = 0;
      int from = logProbs.offset() + row * classes;
      if (target[row] >= 0) {
        loss =
            -(1.0 - smoothing) * weight(weight, target[row]) * logProbs.array()[from + target[row]];
        for (int j = 0; smoothing > 0 && j < classes; j++) {
          loss -= (double) smoothing / classes * weight(weight, j) * logProbs.array()[from + j];
        }
      }
      out.array()[out.offset() + row] = (float) loss;
    }
  }

  @Override
  public void nllGrad(View gradOut, int[] target, View weight, float smoothing, View gradLogProbs) {
    int classes = gradLogProbs.dim(1);
    for (int row = 0; row < target.length; row++) {
      double g = target[row] < 0 ? 0 : gradOut.array()[gradOut.offset() + row];
      for (int j = 0; j < classes; j++) {
        double share = (double) smoothing / classes + (j == target[row] ? 1.0 - smoothing : 0);
        gradLogProbs.array()[gradLogProbs.offset() + row * classes + j] =
            (float) (-g * share * weight(weight, j));
      }
    }
  }

  private static double weight(View weight, int i) {
    return weight == null ? 1 : weight.array()[weight.offset() + i];
  }
}
