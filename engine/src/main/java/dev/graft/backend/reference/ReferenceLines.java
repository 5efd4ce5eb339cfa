package dev.graft.backend.reference;

import dev.graft.backend.LineKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import java.util.Comparator;
import java.util.stream.IntStream;

final class ReferenceLines implements LineKernels {
  /** Walks the first elements of all lines of several views. */
  private static Indices lines(int dim, View... views) {
    Layout[] starts = new Layout[views.length];
    for (int i = 0; i < starts.length; i++) {
      Layout l = views[i].layout();
      starts[i] = Layout.of(l.shape().with(dim, 1), l.strides(), l.offset());
    }
    return new Indices(starts[0].shape(), starts);
  }

  @Override
  public void cumsum(View x, int dim, boolean fromLast, View out) {
    int size = x.dim(dim);
    for (Indices line = lines(dim, x, out); line.hasMore(); line.next()) {
      double sum = 0;
      for (int k = 0; k < size; k++) {
        int at = fromLast ? size - 1 - k : k;
        sum += x.array()[line.at(0) + at * x.stride(dim)];
        out.array()[line.at(1) + at * out.stride(dim)] = (float) sum;
      }
    }
  }

  @Override
  public void prod(View x, int dim, View out) {
    for (Indices line = lines(dim, x, out); line.hasMore(); line.next()) {
      double product = 1;
      for (int k = 0; k < x.dim(dim); k++) {
        product *= x.array()[line.at(0) + k * x.stride(dim)];
      }
      out.array()[line.at(1)] = (float) product;
    }
  }

  @Override
  public void prodGrad(View x, int dim, View gradOut, View gradX) {
    for (Indices line = lines(dim, x, gradOut, gradX); line.hasMore(); line.next()) {
      for (int k = 0; k < x.dim(dim); k++) {
        double others = gradOut.array()[line.at(1)];
        for (int j = 0; j < x.dim(dim); j++) {
          others *= j == k ? 1 : x.array()[line.at(0) + j * x.stride(dim)];
        }
        gradX.array()[line.at(2) + k * gradX.stride(dim)] = (float) others;
      }
    }
  }

  @Override
  public int[] topk(View x, int dim, int k, boolean largest) {
    int inner = inner(x, dim);
    int[] result = new int[x.dim(dim) == 0 ? 0 : x.numel() / x.dim(dim) * k];
    int n = 0;
    for (Indices line = lines(dim, x); line.hasMore(); line.next(), n++) {
      int start = line.at(0);
      // Adding 0 makes −0 the same as 0; Float.compare holds NaN for the largest.
      Comparator<Integer> byValue =
          (a, b) ->
              Float.compare(
                  x.array()[start + a * x.stride(dim)] + 0f,
                  x.array()[start + b * x.stride(dim)] + 0f);
      int[] sorted =
          IntStream.range(0, x.dim(dim))
              .boxed()
              .sorted(largest ? byValue.reversed() : byValue)
              .mapToInt(Integer::intValue)
              .toArray();
      for (int j = 0; j < k; j++) {
        result[(n / inner * k + j) * inner + n % inner] = sorted[j];
      }
    }
    return result;
  }

  /** The number of elements after {@code dim}. */
  private static int inner(View x, int dim) {
    int inner = 1;
    for (int i = dim + 1; i < x.shape().rank(); i++) {
      inner *= x.dim(i);
    }
    return inner;
  }

  @Override
  public void gather(View x, int dim, int[] index, View out) {
    int inner = inner(out, dim);
    int size = out.dim(dim);
    int n = 0;
    for (Indices line = lines(dim, x, out); line.hasMore(); line.next(), n++) {
      for (int j = 0; j < size; j++) {
        int from = index[(n / inner * size + j) * inner + n % inner];
        out.array()[line.at(1) + j * out.stride(dim)] =
            x.array()[line.at(0) + from * x.stride(dim)];
      }
    }
  }

  @Override
  public void scatterAdd(View x, int dim, int[] index, View out) {
    int inner = inner(x, dim);
    int size = x.dim(dim);
    int n = 0;
    for (Indices line = lines(dim, x, out); line.hasMore(); line.next(), n++) {
      for (int j = 0; j < size; j++) {
        int to = index[(n / inner * size + j) * inner + n % inner];
        out.array()[line.at(1) + to * out.stride(dim)] += x.array()[line.at(0) + j * x.stride(dim)];
      }
    }
  }
}
