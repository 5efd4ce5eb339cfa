package dev.graft.backend.reference;

import dev.graft.backend.ReductionKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import java.util.Arrays;

final class ReferenceReductions implements ReductionKernels {
  @Override
  public void reduce(Kind kind, View x, boolean[] reduced, View out) {
    double[] result = new double[out.numel()];
    Arrays.fill(
        result,
        switch (kind) {
          case SUM -> 0;
          case MAX -> Double.NEGATIVE_INFINITY;
          case MIN -> Double.POSITIVE_INFINITY;
        });
    int[] strides = out.layout().strides();
    for (int i = 0; i < strides.length; i++) {
      strides[i] = reduced[i] ? 0 : strides[i];
    }
    Layout target = Layout.of(x.shape(), strides, 0);
    for (Indices i = new Indices(x.shape(), x.layout(), target); i.hasMore(); i.next()) {
      double value = x.array()[i.at(0)];
      double before = result[i.at(1)];
      result[i.at(1)] =
          switch (kind) {
            case SUM -> before + value;
            case MAX -> Math.max(before, value);
            case MIN -> Math.min(before, value);
          };
    }
    for (int i = 0; i < result.length; i++) {
      out.array()[out.offset() + i] = (float) result[i];
    }
  }

  @Override
  public int[] argmax(View x, int dim) {
    return arg(x, dim, 1);
  }

  @Override
  public int[] argmin(View x, int dim) {
    return arg(x, dim, -1);
  }

  /** The index of the largest element after multiplication by the sign. */
  private static int[] arg(View x, int dim, int sign) {
    Layout rest = x.layout().slice(dim, 0, Math.min(1, x.dim(dim)), 1);
    int[] result = new int[rest.numel()];
    int n = 0;
    for (Indices i = new Indices(rest.shape(), rest); i.hasMore(); i.next()) {
      int best = 0;
      for (int k = 1; k < x.dim(dim); k++) {
        float value = sign * x.array()[i.at(0) + k * x.stride(dim)];
        float before = sign * x.array()[i.at(0) + best * x.stride(dim)];
        if (value > before || Float.isNaN(value) && !Float.isNaN(before)) {
          best = k;
        }
      }
      result[n++] = best;
    }
    return result;
  }

  @Override
  public double sumOfSquares(View x) {
    double sum = 0;
    for (int i = 0; i < x.numel(); i++) {
      double value = x.array()[x.offset() + i];
      sum += value * value;
    }
    return sum;
  }
}
