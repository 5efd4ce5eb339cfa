package dev.graft.backend.cpu;

import dev.graft.backend.LineKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import java.util.Arrays;

/**
 * Kernels along lines, whose elements depend on each other: plain loops in double precision, the
 * lines shared out among the threads.
 */
final class ParallelLines implements LineKernels {
  private static final int GRAIN = 1 << 14;

  /** Up to this many, the best are kept sorted while a line is read; beyond, the line is sorted. */
  private static final int FEW = 32;

  /** Neighbouring lines that are summed together. */
  private static final int COLUMNS = 64;

  /** The lines of a view along one dimension. */
  private record Lines(Layout starts, int step, int size, int inner, float[] array) {
    static Lines of(View v, int dim) {
      Layout l = v.layout();
      int inner = 1;
      for (int i = dim + 1; i < l.rank(); i++) {
        inner *= l.dim(i);
      }
      Layout starts = Layout.of(l.shape().with(dim, 1), l.strides(), l.offset());
      return new Lines(starts, l.stride(dim), l.dim(dim), inner, v.array());
    }

    /** The position of the first element of line {@code n} in row-major order. */
    int start(int n) {
      int at = starts.offset();
      int rest = n;
      for (int i = starts.rank() - 1; rest > 0; i--) {
        at += rest % starts.dim(i) * starts.stride(i);
        rest /= starts.dim(i);
      }
      return at;
    }

    /** The place of element j of line n in row-major order, with {@code size} of them. */
    int place(int n, int j, int count) {
      return (n / inner * count + j) * inner + n % inner;
    }

    void forEach(int length, Parallel.RangeBody body) {
      Parallel.forRange(starts.numel(), Math.max(1, GRAIN / Math.max(1, length)), body);
    }
  }

  @Override
  public void cumsum(View x, int dim, boolean fromLast, View out) {
    Lines in = Lines.of(x, dim);
    Lines to = Lines.of(out, dim);
    int columns = in.starts.dim(-1);
    int reach = fromLast ? in.size - 1 : 0;
    int sign = fromLast ? -1 : 1;
    in.forEach(
        in.size,
        (from, end) -> {
          // Lines that lie side by side are summed together: one cache line serves several.
          double[] sums = new double[COLUMNS];
          for (int n = from, count; n < end; n += count) {
            count = Math.min(Math.min(COLUMNS, end - n), columns - n % columns);
            int a = in.start(n) + reach * in.step;
            int b = to.start(n) + reach * to.step;
            if (count == 1) {
              addLine(in.array, a, sign * in.step, to.array, b, sign * to.step, in.size);
              continue;
            }
            Arrays.fill(sums, 0, count, 0);
            int aStep = in.starts.stride(-1);
            int bStep = to.starts.stride(-1);
            for (int k = 0; k < in.size; k++, a += sign * in.step, b += sign * to.step) {
              addRow(in.array, a, aStep, sums, count, to.array, b, bStep);
            }
          }
        });
  }

  private static void addLine(float[] x, int a, int aStep, float[] y, int b, int bStep, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += x[a + i * aStep];
      y[b + i * bStep] = (float) sum;
    }
  }

  private static void addRow(
      float[] x, int a, int aStep, double[] sums, int n, float[] y, int b, int bStep) {
    for (int i = 0; i < n; i++) {
      sums[i] += x[a + i * aStep];
      y[b + i * bStep] = (float) sums[i];
    }
  }

  @Override
  public void prod(View x, int dim, View out) {
    Lines in = Lines.of(x, dim);
    Lines to = Lines.of(out, dim);
    in.forEach(
        in.size,
        (from, end) -> {
          for (int n = from; n < end; n++) {
            double product = 1;
            for (int k = 0, a = in.start(n); k < in.size; k++, a += in.step) {
              product *= in.array[a];
            }
            to.array[to.start(n)] = (float) product;
          }
        });
  }

  @Override
  public void prodGrad(View x, int dim, View gradOut, View gradX) {
    Lines in = Lines.of(x, dim);
    Lines grad = Lines.of(gradOut, dim);
    Lines to = Lines.of(gradX, dim);
    in.forEach(
        in.size,
        (from, end) -> {
          for (int n = from; n < end; n++) {
            prodGrad(in, in.start(n), grad.array[grad.start(n)], to, to.start(n));
          }
        });
  }

  /** A product without its factor k is the whole over that factor, unless there are zeros. */
  private static void prodGrad(Lines in, int start, float grad, Lines to, int target) {
    double product = grad;
    int zeros = 0;
    for (int k = 0, a = start; k < in.size; k++, a += in.step) {
      float value = in.array[a];
      zeros += value == 0 ? 1 : 0;
      product *= value == 0 ? 1 : value;
    }
    for (int k = 0, a = start, b = target; k < in.size; k++, a += in.step, b += to.step) {
      float value = in.array[a];
      int others = value == 0 ? zeros - 1 : zeros;
      to.array[b] = others > 0 ? 0 : (float) (value == 0 ? product : product / value);
    }
  }

  @Override
  public int[] topk(View x, int dim, int k, boolean largest) {
    Lines in = Lines.of(x, dim);
    int[] result = new int[in.starts.numel() * k];
    in.forEach(
        in.size,
        (from, end) -> {
          long[] keys = new long[k <= FEW ? k : in.size];
          for (int n = from; n < end; n++) {
            if (k <= FEW) {
              keepBest(in, in.start(n), largest, keys);
            } else {
              for (int j = 0, a = in.start(n); j < in.size; j++, a += in.step) {
                keys[j] = key(in.array[a], j, largest);
              }
              Arrays.sort(keys);
            }
            for (int j = 0; j < k; j++) {
              result[in.place(n, j, k)] = (int) keys[j];
            }
          }
        });
    return result;
  }

  private static void keepBest(Lines in, int start, boolean largest, long[] best) {
    Arrays.fill(best, Long.MAX_VALUE);
    for (int j = 0, a = start; j < in.size && best.length > 0; j++, a += in.step) {
      long key = key(in.array[a], j, largest);
      if (key < best[best.length - 1]) {
        int at = best.length - 1;
        for (; at > 0 && best[at - 1] > key; at--) {
          best[at] = best[at - 1];
        }
        best[at] = key;
      }
    }
  }

  /** Smaller the better: the value's rank among floats (NaN above all, −0 as 0), then the index. */
  private static long key(float value, int index, boolean largest) {
    int bits = Float.floatToIntBits(value + 0f);
    int rank = bits ^ (bits >> 31 & Integer.MAX_VALUE);
    return (long) (largest ? ~rank : rank) << 32 | index;
  }

  @Override
  public void gather(View x, int dim, int[] index, View out) {
    Lines in = Lines.of(x, dim);
    Lines to = Lines.of(out, dim);
    to.forEach(
        to.size,
        (from, end) -> {
          for (int n = from; n < end; n++) {
            int start = in.start(n);
            for (int j = 0, b = to.start(n); j < to.size; j++, b += to.step) {
              to.array[b] = in.array[start + index[to.place(n, j, to.size)] * in.step];
            }
          }
        });
  }

  @Override
  public void scatterAdd(View x, int dim, int[] index, View out) {
    Lines in = Lines.of(x, dim);
    Lines to = Lines.of(out, dim);
    in.forEach(
        in.size,
        (from, end) -> {
          for (int n = from; n < end; n++) {
            int start = to.start(n);
            for (int j = 0, a = in.start(n); j < in.size; j++, a += in.step) {
              to.array[start + index[in.place(n, j, in.size)] * to.step] += in.array[a];
            }
          }
        });
  }
}
