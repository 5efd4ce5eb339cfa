package dev.graft.backend.cpu;

import dev.graft.backend.AxisTaps;
import dev.graft.backend.CopyKernels;
import dev.graft.backend.HostBuffer;
import dev.graft.backend.ResampleKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;

/**
 * Resampling of channels-last images, by result rows; other orders are converted on the way in and
 * out. A gradient is a resampling too (by the transposed taps), so nothing is scattered.
 */
final class ResampleSimd implements ResampleKernels {
  private static final int GRAIN = 1 << 14;

  private final BufferPool pool;
  private final CopyKernels copies;

  ResampleSimd(BufferPool pool, CopyKernels copies) {
    this.pool = pool;
    this.copies = copies;
  }

  @Override
  public void resample(View x, AxisTaps rows, AxisTaps columns, View out) {
    View from = x.layout().isChannelsLast() ? x : temporary(x);
    if (from != x) {
      copies.copy(x, from);
    }
    View to = out.layout().isChannelsLast() ? out : temporary(out);
    int perRow = Math.max(1, out.dim(1) * out.dim(3));
    Parallel.forRange(
        out.dim(0) * rows.count(),
        Math.max(1, GRAIN / perRow),
        (first, last) -> {
          for (int u = first; u < last; u++) {
            row(from, rows, columns, to, u);
          }
        });
    if (from != x) {
      pool.give(from.array());
    }
    if (to != out) {
      copies.copy(to, out);
      pool.give(to.array());
    }
  }

  private View temporary(View like) {
    float[] array = pool.take(like.numel());
    return new View(
        new HostBuffer(array, like.buffer().backend()), Layout.channelsLast(like.shape()));
  }

  /** Result row {@code u}, counted over all images. */
  private static void row(View in, AxisTaps rows, AxisTaps columns, View out, int u) {
    int c = in.dim(1);
    int line = in.dim(3) * c;
    int i = u % rows.count();
    int image = in.offset() + u / rows.count() * in.dim(2) * line;
    int first = rows.start()[i];
    int end = rows.start()[i + 1];
    int target = out.offset() + u * columns.count() * c;
    if (end - first == 2) {
      twoLines(in.array(), image, line, c, rows, first, columns, out.array(), target);
    } else {
      for (int j = 0; j < columns.count(); j++) {
        pixel(in.array(), image, line, c, rows, first, end, columns, j, out.array(), target);
        target += c;
      }
    }
  }

  private static void twoLines(
      float[] x,
      int image,
      int line,
      int c,
      AxisTaps rows,
      int row,
      AxisTaps columns,
      float[] y,
      int yo) {
    int upper = image + rows.index()[row] * line;
    int lower = image + rows.index()[row + 1] * line;
    float up = rows.weight()[row];
    float down = rows.weight()[row + 1];
    for (int j = 0, to = yo; j < columns.count(); j++, to += c) {
      int k = columns.start()[j];
      if (columns.start()[j + 1] - k != 2) {
        pixel(x, image, line, c, rows, row, row + 2, columns, j, y, to);
        continue;
      }
      int left = columns.index()[k] * c;
      int right = columns.index()[k + 1] * c;
      float l = columns.weight()[k];
      float r = columns.weight()[k + 1];
      ResampleLoops.four(
          x,
          upper + left,
          upper + right,
          lower + left,
          lower + right,
          up * l,
          up * r,
          down * l,
          down * r,
          y,
          to,
          c);
    }
  }

  private static void pixel(
      float[] x,
      int image,
      int line,
      int c,
      AxisTaps rows,
      int first,
      int end,
      AxisTaps columns,
      int j,
      float[] y,
      int yo) {
    int left = columns.start()[j];
    int right = columns.start()[j + 1];
    if (end - first == 1
        && right - left == 1
        && rows.weight()[first] == 1
        && columns.weight()[left] == 1) {
      System.arraycopy(x, image + rows.index()[first] * line + columns.index()[left] * c, y, yo, c);
      return;
    }
    ResampleLoops.many(
        x,
        image,
        line,
        c,
        rows.index(),
        rows.weight(),
        first,
        end,
        columns.index(),
        columns.weight(),
        left,
        right,
        y,
        yo);
  }
}
