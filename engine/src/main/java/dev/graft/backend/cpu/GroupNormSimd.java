package dev.graft.backend.cpu;

import dev.graft.backend.GroupNormKernels;
import dev.graft.backend.View;
import java.util.Arrays;

/** Group and layer normalisation, by how a group lies in memory. */
final class GroupNormSimd implements GroupNormKernels {
  static final int GRAIN = 1 << 16;

  /** 32 KB of a gradient: what two loops write one after the other stays in cache. */
  static final int PIECE = 1 << 13;

  /** n samples of {@code groups} groups of {@code perGroup} channels of {@code run} values. */
  record Sizes(int n, int groups, int perGroup, int run) {
    static Sizes of(View x, int groups) {
      int run = 1;
      for (int i = 2; i < x.shape().rank(); i++) {
        run *= x.dim(i);
      }
      return new Sizes(x.dim(0), groups, x.dim(1) / groups, run);
    }

    int channels() {
      return groups * perGroup;
    }

    /** The values in a group. */
    int group() {
      return perGroup * run;
    }
  }

  /** A value per channel from {@code offset} on. */
  record PerChannel(float[] array, int offset) {
    static PerChannel of(View values, int channels, float otherwise) {
      if (values != null) {
        return new PerChannel(values.array(), values.offset());
      }
      float[] same = new float[channels];
      Arrays.fill(same, otherwise);
      return new PerChannel(same, 0);
    }

    float at(int c) {
      return array[offset + c];
    }
  }

  /** The operands of one gradient; gradX may be null. */
  record Gradient(View x, View gradOut, View mean, View invStd, PerChannel weight, View gradX) {
    float mean(int group) {
      return mean.array()[mean.offset() + group];
    }

    float invStd(int group) {
      return invStd.array()[invStd.offset() + group];
    }
  }

  @Override
  public void groupNorm(
      View x, int groups, float eps, View weight, View bias, View mean, View invStd, View out) {
    Sizes s = Sizes.of(x, groups);
    if (x.numel() == 0) {
      return;
    }
    PerChannel w = PerChannel.of(weight, s.channels(), 1);
    PerChannel b = PerChannel.of(bias, s.channels(), 0);
    if (s.run() == 1) {
      GroupNormRows.forward(s, x, eps, w, b, mean, invStd, out);
    } else if (x.layout().isRowMajor()) {
      GroupNormPlanes.forward(s, x, eps, w, b, mean, invStd, out);
    } else {
      GroupNormPixels.forward(s, x, eps, w, b, mean, invStd, out);
    }
  }

  @Override
  public void groupNormGrad(
      View x,
      int groups,
      View mean,
      View invStd,
      View weight,
      View gradOut,
      View gradX,
      View gradWeight,
      View gradBias) {
    Sizes s = Sizes.of(x, groups);
    if (x.numel() == 0) {
      zero(gradWeight);
      zero(gradBias);
      return;
    }
    PerChannel w = PerChannel.of(weight, s.channels(), 1);
    Gradient g = new Gradient(x, gradOut, mean, invStd, w, gradX);
    if (s.run() == 1) {
      GroupNormRows.backward(s, g, gradWeight, gradBias);
    } else if (x.layout().isRowMajor()) {
      GroupNormPlanes.backward(s, g, gradWeight, gradBias);
    } else {
      GroupNormPixels.backward(s, g, gradWeight, gradBias);
    }
  }

  private static void zero(View target) {
    if (target != null) {
      Arrays.fill(target.array(), target.offset(), target.offset() + target.numel(), 0);
    }
  }

  static void store(double[] values, View target) {
    for (int c = 0; target != null && c < values.length; c++) {
      target.array()[target.offset() + c] = (float) values[c];
    }
  }
}
