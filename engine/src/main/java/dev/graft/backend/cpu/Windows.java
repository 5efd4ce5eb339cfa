package dev.graft.backend.cpu;

import dev.graft.backend.PoolShape;

/**
 * The windows of a pooling along rows and along columns, clipped to the input: window i covers
 * {@code first[i] … end[i]−1}. An average divides by the product of both {@code divisor}s.
 */
record Windows(Axis rows, Axis columns) {
  record Axis(int[] first, int[] end, int[] divisor) {
    static Axis sliding(int in, int out, int kernel, int stride, int pad, boolean countPad) {
      Axis axis = new Axis(new int[out], new int[out], new int[out]);
      for (int i = 0; i < out; i++) {
        int start = i * stride - pad;
        axis.first[i] = Math.max(start, 0);
        axis.end[i] = Math.min(start + kernel, in);
        axis.divisor[i] =
            countPad ? Math.min(start + kernel, in + pad) - start : axis.end[i] - axis.first[i];
      }
      return axis;
    }

    static Axis adaptive(int in, int out) {
      Axis axis = new Axis(new int[out], new int[out], new int[out]);
      for (int i = 0; i < out; i++) {
        axis.first[i] = (int) ((long) i * in / out);
        axis.end[i] = (int) (((long) (i + 1) * in + out - 1) / out);
        axis.divisor[i] = axis.end[i] - axis.first[i];
      }
      return axis;
    }

    /** True if no two windows meet. */
    boolean isApart() {
      for (int i = 1; i < first.length; i++) {
        if (first[i] < end[i - 1]) {
          return false;
        }
      }
      return true;
    }

    /** True if each window begins where the one before ends. */
    boolean isClose() {
      for (int i = 1; i < first.length; i++) {
        if (first[i] != end[i - 1]) {
          return false;
        }
      }
      return true;
    }

    private boolean covers(int size) {
      return isClose() && first.length > 0 && first[0] == 0 && end[end.length - 1] == size;
    }

    int count() {
      return first.length;
    }
  }

  static Windows of(PoolShape s) {
    boolean pad = s.countIncludePad();
    return new Windows(
        Axis.sliding(s.height(), s.outH(), s.kernelH(), s.strideH(), s.padH(), pad),
        Axis.sliding(s.width(), s.outW(), s.kernelW(), s.strideW(), s.padW(), pad));
  }

  /** True if no pixel is in two windows. */
  boolean isApart() {
    return rows.isApart() && columns.isApart();
  }

  /** True if every pixel is in one window and no more. */
  boolean covers(int height, int width) {
    return rows.covers(height) && columns.covers(width);
  }

  /** What an average over window (i, j) multiplies by. */
  float share(int i, int j) {
    return 1f / ((float) rows.divisor[i] * columns.divisor[j]);
  }
}
