package dev.graft.backend.cpu;

import dev.graft.backend.CopyKernels;
import dev.graft.backend.HostBuffer;
import dev.graft.backend.PoolKernels;
import dev.graft.backend.PoolShape;
import dev.graft.backend.View;
import dev.graft.backend.cpu.cold.PlainPooling;
import dev.graft.backend.cpu.cold.WarmUp;
import dev.graft.tensor.Layout;
import java.util.Arrays;

/**
 * Pooling on channels-last images; other orders are converted on the way in and out. Forward passes
 * are cut into output rows, gradients (whose windows may overlap) into images.
 */
final class PoolSimd implements PoolKernels {
  private static final int GRAIN = 1 << 14;

  private final BufferPool pool;
  private final CopyKernels copies;

  PoolSimd(BufferPool pool, CopyKernels copies) {
    this.pool = pool;
    this.copies = copies;
  }

  /** What to do with one window: its place in the input and output arrays. */
  @FunctionalInterface
  private interface Window {
    void run(int in, int rows, int columns, int line, int out, int i, int j);
  }

  @Override
  public void maxPool2d(PoolShape shape, View x, View out) {
    max(Windows.of(shape), x, out);
  }

  @Override
  public void adaptiveMaxPool2d(View x, View out) {
    max(adaptive(x, out), x, out);
  }

  private void max(Windows windows, View x, View out) {
    forward(windows, x, out, MAX);
  }

  private static final Maker MAX =
      (w, from, to) -> {
        int c = from.dim(1);
        return (in, rows, columns, line, o, i, j) -> {
          float[] x = from.array();
          float[] y = to.array();
          if (isWhole(w, x, in, rows, columns, line, c, j)) {
            WholePoolLoops.max(x, in, rows, columns, line, c, y, o);
          } else {
            PlainPooling.max(x, in, rows, columns, line, c, y, o);
          }
        };
      };

  private static final Maker AVERAGE =
      (w, from, to) -> {
        int c = from.dim(1);
        return (in, rows, columns, line, o, i, j) -> {
          float[] x = from.array();
          float[] y = to.array();
          float share = w.share(i, j);
          if (isWhole(w, x, in, rows, columns, line, c, j)) {
            WholePoolLoops.average(x, in, rows, columns, line, c, share, y, o);
          } else {
            PlainPooling.average(x, in, rows, columns, line, c, share, y, o);
          }
        };
      };

  /**
   * Whether whole vectors serve for a window of output column {@code j}: they are compiled, stay
   * within x, and what they write beyond its channels belongs to later pixels of the row.
   */
  private static boolean isWhole(
      Windows w, float[] x, int in, int rows, int columns, int line, int c, int j) {
    if (!WholePoolLoops.isCompiled()) {
      WarmUp.begin();
      return false;
    }
    int excess = WholePoolLoops.excess(c);
    return (w.columns().count() - j - 1) * c >= excess
        && in + (rows - 1) * line + columns * c + excess <= x.length;
  }

  /** The maxima as a loop; x and out lie channels last. */
  static Parallel.Loop maxLoop(Windows windows, View x, View out) {
    return loop(windows, x, out, MAX);
  }

  /** The averages as a loop; x and out lie channels last. */
  static Parallel.Loop averageLoop(Windows windows, View x, View out) {
    return loop(windows, x, out, AVERAGE);
  }

  @Override
  public void avgPool2d(PoolShape shape, View x, View out) {
    average(Windows.of(shape), x, out);
  }

  @Override
  public void adaptiveAvgPool2d(View x, View out) {
    average(adaptive(x, out), x, out);
  }

  static Windows adaptive(View in, View out) {
    return new Windows(
        Windows.Axis.adaptive(in.dim(2), out.dim(2)), Windows.Axis.adaptive(in.dim(3), out.dim(3)));
  }

  private void average(Windows windows, View x, View out) {
    forward(windows, x, out, AVERAGE);
  }

  /** Makes the work on one window, given the views as they lie channels last. */
  @FunctionalInterface
  private interface Maker {
    Window make(Windows windows, View from, View to);
  }

  private void forward(Windows windows, View x, View out, Maker maker) {
    View from = channelsLast(x);
    View to = out.layout().isChannelsLast() ? out : temporary(out);
    loop(windows, from, to, maker).run();
    giveBack(x, from);
    if (to != out) {
      copies.copy(to, out);
      pool.give(to.array());
    }
  }

  private static Parallel.Loop loop(Windows windows, View from, View to, Maker maker) {
    Window window = maker.make(windows, from, to);
    int perRow = Math.max(1, windows.columns().count() * from.dim(1) * 4);
    return new Parallel.Loop(
        to.dim(0) * windows.rows().count(),
        Math.max(1, GRAIN / perRow),
        (first, last) -> {
          for (int u = first; u < last; u++) {
            row(windows, from, to, u, window);
          }
        });
  }

  /** All windows of output row {@code u}, counted over all images. */
  private static void row(Windows windows, View in, View out, int u, Window window) {
    int c = in.dim(1);
    int width = in.dim(3);
    int outH = windows.rows().count();
    int outW = windows.columns().count();
    int i = u % outH;
    int first = windows.rows().first()[i];
    int rows = windows.rows().end()[i] - first;
    int line = width * c;
    int image = in.offset() + u / outH * in.dim(2) * line;
    for (int j = 0; j < outW; j++) {
      int left = windows.columns().first()[j];
      int columns = windows.columns().end()[j] - left;
      int at = image + first * line + left * c;
      window.run(at, rows, columns, line, out.offset() + (u * outW + j) * c, i, j);
    }
  }

  @Override
  public void maxPool2dGrad(PoolShape shape, View x, View gradOut, View gradX) {
    maxGrad(Windows.of(shape), x, gradOut, gradX);
  }

  @Override
  public void adaptiveMaxPool2dGrad(View x, View gradOut, View gradX) {
    maxGrad(adaptive(x, gradOut), x, gradOut, gradX);
  }

  private void maxGrad(Windows windows, View x, View gradOut, View gradX) {
    View from = channelsLast(x);
    backward(
        windows,
        isPartition(windows, gradX),
        gradOut,
        gradX,
        (w, to, grad) -> maxGradWindow(w, from, to, grad));
    giveBack(x, from);
  }

  /** Where windows follow each other without gaps, whole vectors may write into the next one. */
  private static Window maxGradWindow(Windows w, View from, View to, View grad) {
    int c = to.dim(1);
    int shift = from.offset() - to.offset();
    int excess = WholePoolLoops.excess(c);
    boolean apart = w.isApart();
    boolean close = apart && w.columns().isClose();
    boolean exact = WholePoolLoops.isExact(c);
    float[] x = from.array();
    float[] g = grad.array();
    float[] d = to.array();
    return (in, rows, columns, line, o, i, j) -> {
      int after = (w.columns().count() - j - 1) * c;
      boolean free = close ? after >= excess : exact;
      if (rows > 0 && columns > 0 && free) {
        WholePoolLoops.maxGrad(!apart, x, in + shift, rows, columns, line, c, g, o, d, in);
      } else {
        PoolLoops.maxGrad(apart, x, in + shift, rows, columns, line, c, g, o, d, in);
      }
    };
  }

  @Override
  public void avgPool2dGrad(PoolShape shape, View gradOut, View gradX) {
    averageGrad(Windows.of(shape), gradOut, gradX);
  }

  @Override
  public void adaptiveAvgPool2dGrad(View gradOut, View gradX) {
    averageGrad(adaptive(gradX, gradOut), gradOut, gradX);
  }

  /** Whether every pixel of x is in one window. */
  private static boolean isPartition(Windows windows, View x) {
    return windows.isApart() && windows.covers(x.dim(2), x.dim(3));
  }

  private void averageGrad(Windows windows, View gradOut, View gradX) {
    boolean add = !isPartition(windows, gradX);
    backward(
        windows,
        !add,
        gradOut,
        gradX,
        (w, to, grad) -> {
          int c = to.dim(1);
          return (in, rows, columns, line, o, i, j) ->
              PoolLoops.spread(
                  add, to.array(), in, rows, columns, line, c, w.share(i, j), grad.array(), o);
        });
  }

  /**
   * @param overwrites whether every element of gradX is set and none is added to
   */
  private void backward(
      Windows windows, boolean overwrites, View gradOut, View gradX, Maker maker) {
    View grad = channelsLast(gradOut);
    View to = gradX.layout().isChannelsLast() ? gradX : temporary(gradX);
    Window window = maker.make(windows, to, grad);
    int outH = windows.rows().count();
    Parallel.forRange(
        gradX.dim(0),
        1,
        (first, last) -> {
          for (int image = first; image < last; image++) {
            int clear = overwrites ? to.dim(2) : 0;
            for (int i = 0; i < outH; i++) {
              clear = clear(to, image, clear, windows.rows().end()[i]);
              row(windows, to, grad, image * outH + i, window);
            }
            clear(to, image, clear, to.dim(2));
          }
        });
    giveBack(gradOut, grad);
    if (to != gradX) {
      copies.copy(to, gradX);
      pool.give(to.array());
    }
  }

  /**
   * Zeroes an image's rows {@code from … end−1}, just before the first window adds to them; all at
   * once they would have left the cache.
   *
   * @return the first row that is not yet clear
   */
  private static int clear(View images, int image, int from, int end) {
    if (from >= end) {
      return from;
    }
    int line = images.dim(3) * images.dim(1);
    int at = images.offset() + image * images.dim(2) * line;
    Arrays.fill(images.array(), at + from * line, at + end * line, 0f);
    return end;
  }

  private View channelsLast(View x) {
    if (x.layout().isChannelsLast()) {
      return x;
    }
    View copy = temporary(x);
    copies.copy(x, copy);
    return copy;
  }

  private View temporary(View like) {
    float[] array = pool.take(like.numel());
    return new View(
        new HostBuffer(array, like.buffer().backend()), Layout.channelsLast(like.shape()));
  }

  private void giveBack(View original, View used) {
    if (original != used) {
      pool.give(used.array());
    }
  }
}
