package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;
import dev.graft.backend.View;
import dev.graft.backend.cpu.gemm.Blocking;
import dev.graft.backend.cpu.gemm.PackedB;
import java.util.Arrays;

/**
 * The weights of one group as the right matrix of a convolution: row = (tap, inner channel), column
 * = outer channel. Forward, the inner channels are the weight's inputs and the outer ones its
 * outputs; for the input gradient it is the other way round.
 */
final class WeightPanels implements PackedB.PanelSource {
  /** Inner channels packed at a time: 32 of a 3×3 kernel write 36 KB of the panel, held in L1. */
  private static final int BLOCK = 32;

  /** And of a pointwise kernel: 512 bytes of a row in one go instead of 128. */
  private static final int POINTWISE = 128;

  private final float[] weight;
  private final int at;
  private final int inner;
  private final int innerStride;
  private final int outerStride;
  private final int[] tapOffsets;
  private final double[] scale;

  private WeightPanels(
      float[] weight,
      int at,
      int inner,
      int innerStride,
      int outerStride,
      int[] tapOffsets,
      double[] scale) {
    this.weight = weight;
    this.at = at;
    this.inner = inner;
    this.innerStride = innerStride;
    this.outerStride = outerStride;
    this.tapOffsets = tapOffsets;
    this.scale = scale;
  }

  static WeightPanels forward(ConvShape s, View weight, Taps taps, int group) {
    return forward(s, weight, null, taps, group);
  }

  /**
   * @param scale by what each output channel is multiplied, or null
   */
  static WeightPanels forward(ConvShape s, View weight, double[] scale, Taps taps, int group) {
    int at = weight.offset() + group * s.outChannelsPerGroup() * weight.stride(0);
    int[] offsets = offsets(s, weight, taps);
    return new WeightPanels(
        weight.array(),
        at,
        s.inChannelsPerGroup(),
        weight.stride(1),
        weight.stride(0),
        offsets,
        scaleOf(s, scale, group));
  }

  static WeightPanels backward(ConvShape s, View weight, Taps taps, int group) {
    int at = weight.offset() + group * s.outChannelsPerGroup() * weight.stride(0);
    int[] offsets = offsets(s, weight, taps);
    return new WeightPanels(
        weight.array(),
        at,
        s.outChannelsPerGroup(),
        weight.stride(0),
        weight.stride(1),
        offsets,
        null);
  }

  private static double[] scaleOf(ConvShape s, double[] scale, int group) {
    int outputs = s.outChannelsPerGroup();
    return scale == null ? null : Arrays.copyOfRange(scale, group * outputs, (group + 1) * outputs);
  }

  private static int[] offsets(ConvShape s, View weight, Taps taps) {
    int[] offsets = new int[taps.count()];
    for (int t = 0; t < offsets.length; t++) {
      int index = taps.kernelIndex()[t];
      offsets[t] = index / s.kernelW() * weight.stride(2) + index % s.kernelW() * weight.stride(3);
    }
    return offsets;
  }

  /** All of it, of {@code n} columns, in {@code packed}. */
  PackedB pack(int n, float[] packed) {
    int taps = tapOffsets.length;
    if (outerStride == 1 && taps == 1 && scale == null) {
      return PackedB.packRows(inner, n, weight, at + tapOffsets[0], innerStride, packed);
    }
    return PackedB.packPanels(taps * inner, n, this, packed);
  }

  @Override
  public void read(int column, int count, float[] to, int toAt) {
    int taps = tapOffsets.length;
    int block = Math.max(BLOCK, POINTWISE / Math.max(1, taps));
    for (int first = 0; first < inner; first += block) {
      int last = Math.min(inner, first + block);
      for (int j = 0; j < count; j++) {
        int from = at + (column + j) * outerStride + first * innerStride;
        int target = toAt + first * Blocking.NR + j;
        for (int t = 0; t < taps; t++, target += inner * Blocking.NR) {
          if (scale == null) {
            readTap(from + tapOffsets[t], to, target, last - first);
          } else {
            readScaled(from + tapOffsets[t], scale[column + j], to, target, last - first);
          }
        }
      }
    }
  }

  private void readTap(int from, float[] to, int toAt, int count) {
    int stride = innerStride;
    float[] source = weight;
    for (int i = 0; i < count; i++) {
      to[toAt + i * Blocking.NR] = source[from + i * stride];
    }
  }

  private void readScaled(int from, double by, float[] to, int toAt, int count) {
    int stride = innerStride;
    float[] source = weight;
    for (int i = 0; i < count; i++) {
      to[toAt + i * Blocking.NR] = (float) (source[from + i * stride] * by);
    }
  }
}
