package dev.graft.backend.reference;

import dev.graft.backend.PoolKernels;
import dev.graft.backend.PoolShape;
import dev.graft.backend.View;

final class ReferencePool implements PoolKernels {
  /** What to do with one window, its rows and columns clipped to the input. */
  private interface Window {
    void at(int n, int c, int oh, int ow, int[] rows, int[] columns);
  }

  private static void forEachWindow(PoolShape s, Window window) {
    for (int n = 0; n < s.n(); n++) {
      for (int c = 0; c < s.c(); c++) {
        for (int oh = 0; oh < s.outH(); oh++) {
          int top = oh * s.strideH() - s.padH();
          int[] rows = {Math.max(top, 0), Math.min(top + s.kernelH(), s.height())};
          for (int ow = 0; ow < s.outW(); ow++) {
            int left = ow * s.strideW() - s.padW();
            int[] columns = {Math.max(left, 0), Math.min(left + s.kernelW(), s.width())};
            window.at(n, c, oh, ow, rows, columns);
          }
        }
      }
    }
  }

  private static int position(View v, int n, int c, int h, int w) {
    return v.offset() + n * v.stride(0) + c * v.stride(1) + h * v.stride(2) + w * v.stride(3);
  }

  @Override
  public void maxPool2d(PoolShape s, View x, View out) {
    forEachWindow(s, max(x, out));
  }

  @Override
  public void adaptiveMaxPool2d(View x, View out) {
    forEachPart(x, out, max(x, out));
  }

  private static Window max(View x, View out) {
    return (n, c, oh, ow, rows, columns) -> {
      int best = largest(x, n, c, rows, columns);
      out.array()[position(out, n, c, oh, ow)] =
          best < 0 ? Float.NEGATIVE_INFINITY : x.array()[best];
    };
  }

  private static int largest(View x, int n, int c, int[] rows, int[] columns) {
    int best = -1;
    for (int h = rows[0]; h < rows[1]; h++) {
      for (int w = columns[0]; w < columns[1]; w++) {
        int at = position(x, n, c, h, w);
        float value = x.array()[at];
        if (best < 0
            || value > x.array()[best]
            || Float.isNaN(value) && !Float.isNaN(x.array()[best])) {
          best = at;
        }
      }
    }
    return best;
  }

  @Override
  public void maxPool2dGrad(PoolShape s, View x, View gradOut, View gradX) {
    new ReferenceCopies().fill(gradX, 0);
    forEachWindow(s, maxGrad(x, gradOut, gradX));
  }

  @Override
  public void adaptiveMaxPool2dGrad(View x, View gradOut, View gradX) {
    new ReferenceCopies().fill(gradX, 0);
    forEachPart(gradX, gradOut, maxGrad(x, gradOut, gradX));
  }

  private static Window maxGrad(View x, View gradOut, View gradX) {
    return (n, c, oh, ow, rows, columns) -> {
      int best = largest(x, n, c, rows, columns);
      // gradX may lie in another order than x: the position is found again from its index.
      for (int h = rows[0]; best >= 0 && h < rows[1]; h++) {
        for (int w = columns[0]; w < columns[1]; w++) {
          if (position(x, n, c, h, w) == best) {
            gradX.array()[position(gradX, n, c, h, w)] +=
                gradOut.array()[position(gradOut, n, c, oh, ow)];
            return;
          }
        }
      }
    };
  }

  /** What an average divides by: the window inside the input, or inside input and padding. */
  private static int divisor(PoolShape s, int oh, int ow, int[] rows, int[] columns) {
    if (!s.countIncludePad()) {
      return (rows[1] - rows[0]) * (columns[1] - columns[0]);
    }
    int top = oh * s.strideH() - s.padH();
    int left = ow * s.strideW() - s.padW();
    int height = Math.min(top + s.kernelH(), s.height() + s.padH()) - top;
    int width = Math.min(left + s.kernelW(), s.width() + s.padW()) - left;
    return height * width;
  }

  @Override
  public void avgPool2d(PoolShape s, View x, View out) {
    forEachWindow(
        s,
        (n, c, oh, ow, rows, columns) ->
            out.array()[position(out, n, c, oh, ow)] =
                (float) (sum(x, n, c, rows, columns) / divisor(s, oh, ow, rows, columns)));
  }

  private static double sum(View x, int n, int c, int[] rows, int[] columns) {
    double sum = 0;
    for (int h = rows[0]; h < rows[1]; h++) {
      for (int w = columns[0]; w < columns[1]; w++) {
        sum += x.array()[position(x, n, c, h, w)];
      }
    }
    return sum;
  }

  @Override
  public void avgPool2dGrad(PoolShape s, View gradOut, View gradX) {
    new ReferenceCopies().fill(gradX, 0);
    forEachWindow(
        s,
        (n, c, oh, ow, rows, columns) -> {
          float g = gradOut.array()[position(gradOut, n, c, oh, ow)];
          spread(gradX, n, c, rows, columns, g / divisor(s, oh, ow, rows, columns));
        });
  }

  private static void spread(View gradX, int n, int c, int[] rows, int[] columns, float share) {
    for (int h = rows[0]; h < rows[1]; h++) {
      for (int w = columns[0]; w < columns[1]; w++) {
        gradX.array()[position(gradX, n, c, h, w)] += share;
      }
    }
  }

  @Override
  public void adaptiveAvgPool2d(View x, View out) {
    forEachPart(
        x,
        out,
        (n, c, oh, ow, rows, columns) ->
            out.array()[position(out, n, c, oh, ow)] =
                (float) (sum(x, n, c, rows, columns) / area(rows, columns)));
  }

  @Override
  public void adaptiveAvgPool2dGrad(View gradOut, View gradX) {
    new ReferenceCopies().fill(gradX, 0);
    forEachPart(
        gradX,
        gradOut,
        (n, c, oh, ow, rows, columns) -> {
          float g = gradOut.array()[position(gradOut, n, c, oh, ow)];
          spread(gradX, n, c, rows, columns, g / area(rows, columns));
        });
  }

  private static int area(int[] rows, int[] columns) {
    return (rows[1] - rows[0]) * (columns[1] - columns[0]);
  }

  private static void forEachPart(View in, View out, Window window) {
    for (int n = 0; n < in.dim(0); n++) {
      for (int c = 0; c < in.dim(1); c++) {
        for (int oh = 0; oh < out.dim(2); oh++) {
          int[] rows = part(oh, in.dim(2), out.dim(2));
          for (int ow = 0; ow < out.dim(3); ow++) {
            window.at(n, c, oh, ow, rows, part(ow, in.dim(3), out.dim(3)));
          }
        }
      }
    }
  }

  private static int[] part(int i, int in, int out) {
    return new int[] {i * in / out, ((i + 1) * in + out - 1) / out};
  }
}
