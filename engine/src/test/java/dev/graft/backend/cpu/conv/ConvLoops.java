package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;
import dev.graft.backend.View;
import java.util.Arrays;

/** Convolution and its gradients as seven loops in double precision over row-major results. */
final class ConvLoops {
  /** One multiply-add of the convolution, as row-major positions. */
  interface Term {
    void at(int[] x, int[] weight, int[] out);
  }

  private ConvLoops() {}

  static double read(View v, int... at) {
    int i = v.offset();
    for (int d = 0; d < at.length; d++) {
      i += at[d] * v.stride(d);
    }
    return v.array()[i];
  }

  private static int index(int[] at, int d1, int d2, int d3) {
    return ((at[0] * d1 + at[1]) * d2 + at[2]) * d3 + at[3];
  }

  private static void terms(ConvShape s, Term term) {
    for (int n = 0; n < s.n(); n++) {
      for (int o = 0; o < s.outChannels(); o++) {
        for (int oh = 0; oh < s.outH(); oh++) {
          for (int ow = 0; ow < s.outW(); ow++) {
            taps(s, new int[] {n, o, oh, ow}, term);
          }
        }
      }
    }
  }

  private static void taps(ConvShape s, int[] out, Term term) {
    int channels = s.inChannelsPerGroup();
    int first = out[1] / s.outChannelsPerGroup() * channels;
    for (int c = 0; c < channels; c++) {
      for (int kh = 0; kh < s.kernelH(); kh++) {
        for (int kw = 0; kw < s.kernelW(); kw++) {
          int h = out[2] * s.strideH() - s.padH() + kh * s.dilationH();
          int w = out[3] * s.strideW() - s.padW() + kw * s.dilationW();
          if (h >= 0 && h < s.height() && w >= 0 && w < s.width()) {
            term.at(new int[] {out[0], first + c, h, w}, new int[] {out[1], c, kh, kw}, out);
          }
        }
      }
    }
  }

  static double[] forward(ConvShape s, View x, View weight, View bias) {
    double[] sums = new double[s.n() * s.outChannels() * s.outH() * s.outW()];
    if (bias != null) {
      Arrays.setAll(sums, i -> read(bias, i / (s.outH() * s.outW()) % s.outChannels()));
    }
    terms(
        s,
        (xi, wi, oi) ->
            sums[index(oi, s.outChannels(), s.outH(), s.outW())] += read(x, xi) * read(weight, wi));
    return sums;
  }

  static double[] inputGrad(ConvShape s, View gradOut, View weight) {
    double[] sums = new double[s.n() * s.inChannels() * s.height() * s.width()];
    terms(
        s,
        (xi, wi, oi) ->
            sums[index(xi, s.inChannels(), s.height(), s.width())] +=
                read(gradOut, oi) * read(weight, wi));
    return sums;
  }

  static double[] weightGrad(ConvShape s, View x, View gradOut) {
    int channels = s.inChannelsPerGroup();
    double[] sums = new double[s.outChannels() * channels * s.kernelH() * s.kernelW()];
    terms(
        s,
        (xi, wi, oi) ->
            sums[index(wi, channels, s.kernelH(), s.kernelW())] += read(x, xi) * read(gradOut, oi));
    return sums;
  }
}
