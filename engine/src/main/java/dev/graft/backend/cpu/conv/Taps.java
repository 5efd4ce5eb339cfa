package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;
import java.util.Arrays;

/**
 * The taps of a kernel as offsets into a source image: row (y, x) of the implicit matrix reads, for
 * tap t, source pixel (y·stepY + dy[t], x·stepX + dx[t]). {@code kernelIndex[t]} is kh·kernelW +
 * kw.
 */
record Taps(int stepY, int stepX, int[] dy, int[] dx, int[] kernelIndex) {
  int count() {
    return dy.length;
  }

  /** Output pixels reading input pixels. */
  static Taps forward(ConvShape s) {
    int count = s.kernelH() * s.kernelW();
    int[] dy = new int[count];
    int[] dx = new int[count];
    int[] index = new int[count];
    for (int t = 0; t < count; t++) {
      dy[t] = t / s.kernelW() * s.dilationH() - s.padH();
      dx[t] = t % s.kernelW() * s.dilationW() - s.padW();
      index[t] = t;
    }
    return new Taps(s.strideH(), s.strideW(), dy, dx, index);
  }

  /**
   * The input pixels (phaseY + strideH·y, phaseX + strideW·x) reading output pixels: only the taps
   * that meet this phase, so that strided gradients multiply no zeros.
   */
  static Taps backward(ConvShape s, int phaseY, int phaseX) {
    int most = s.kernelH() * s.kernelW();
    int[] dy = new int[most];
    int[] dx = new int[most];
    int[] index = new int[most];
    int n = 0;
    // Descending, so that dx ascends and neighbouring taps lie next to each other in memory.
    for (int kh = s.kernelH() - 1; kh >= 0; kh--) {
      int y = phaseY + s.padH() - kh * s.dilationH();
      for (int kw = s.kernelW() - 1; kw >= 0; kw--) {
        int x = phaseX + s.padW() - kw * s.dilationW();
        if (Math.floorMod(y, s.strideH()) == 0 && Math.floorMod(x, s.strideW()) == 0) {
          dy[n] = Math.floorDiv(y, s.strideH());
          dx[n] = Math.floorDiv(x, s.strideW());
          index[n++] = kh * s.kernelW() + kw;
        }
      }
    }
    return new Taps(1, 1, Arrays.copyOf(dy, n), Arrays.copyOf(dx, n), Arrays.copyOf(index, n));
  }
}
