package dev.graft.backend.reference;

import dev.graft.backend.ConvKernels;
import dev.graft.backend.ConvShape;
import dev.graft.backend.View;

final class ReferenceConv implements ConvKernels {
  /** What to do with one product: positions in x, weight and out that belong together. */
  private interface Term {
    void at(int x, int weight, int out);
  }

  @Override
  public void conv2d(ConvShape s, View x, View weight, View bias, View out) {
    double[] sums = new double[out.numel()];
    float[] xs = x.array();
    float[] ws = weight.array();
    forEachTerm(s, x, weight, out, (i, w, o) -> sums[o - out.offset()] += (double) xs[i] * ws[w]);
    storeImage(sums, bias, out);
  }

  private static void storeImage(double[] sums, View bias, View out) {
    for (Indices i = new Indices(out.shape(), out.layout()); i.hasMore(); i.next()) {
      double add = bias == null ? 0 : bias.array()[bias.offset() + i.index(1)];
      out.array()[i.at(0)] = (float) (sums[i.at(0) - out.offset()] + add);
    }
  }

  @Override
  public void convTranspose2d(ConvShape s, View x, View weight, View bias, View out) {
    double[] sums = new double[out.numel()];
    float[] xs = x.array();
    float[] ws = weight.array();
    forEachTerm(s, out, weight, x, (o, w, i) -> sums[o - out.offset()] += (double) xs[i] * ws[w]);
    storeImage(sums, bias, out);
  }

  @Override
  public void conv2dWeightGrad(ConvShape s, View x, View gradOut, View gradWeight) {
    double[] sums = new double[gradWeight.numel()];
    float[] xs = x.array();
    float[] gs = gradOut.array();
    forEachTerm(
        s,
        x,
        gradWeight,
        gradOut,
        (i, w, o) -> sums[w - gradWeight.offset()] += (double) xs[i] * gs[o]);
    for (int i = 0; i < sums.length; i++) {
      gradWeight.array()[gradWeight.offset() + i] = (float) sums[i];
    }
  }

  private static void forEachTerm(ConvShape s, View x, View weight, View out, Term term) {
    for (int n = 0; n < s.n(); n++) {
      for (int oc = 0; oc < s.outChannels(); oc++) {
        for (int oh = 0; oh < s.outH(); oh++) {
          for (int ow = 0; ow < s.outW(); ow++) {
            int to =
                out.offset()
                    + n * out.stride(0)
                    + oc * out.stride(1)
                    + oh * out.stride(2)
                    + ow * out.stride(3);
            forEachTap(s, x, weight, n, oc, oh, ow, to, term);
          }
        }
      }
    }
  }

  private static void forEachTap(
      ConvShape s, View x, View weight, int n, int oc, int oh, int ow, int out, Term term) {
    int firstChannel = oc / s.outChannelsPerGroup() * s.inChannelsPerGroup();
    for (int kh = 0; kh < s.kernelH(); kh++) {
      int ih = oh * s.strideH() - s.padH() + kh * s.dilationH();
      for (int kw = 0; kw < s.kernelW(); kw++) {
        int iw = ow * s.strideW() - s.padW() + kw * s.dilationW();
        if (ih < 0 || ih >= s.height() || iw < 0 || iw >= s.width()) {
          continue;
        }
        int xi = x.offset() + n * x.stride(0) + ih * x.stride(2) + iw * x.stride(3);
        int wi =
            weight.offset() + oc * weight.stride(0) + kh * weight.stride(2) + kw * weight.stride(3);
        for (int c = 0; c < s.inChannelsPerGroup(); c++) {
          term.at(xi + (firstChannel + c) * x.stride(1), wi + c * weight.stride(1), out);
        }
      }
    }
  }
}
