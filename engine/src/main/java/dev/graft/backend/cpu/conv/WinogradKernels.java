package dev.graft.backend.cpu.conv;

import dev.graft.backend.View;
import dev.graft.backend.cpu.Vectors;
import java.util.stream.IntStream;

/**
 * The 3×3 kernels of a convolution, read for Winograd's transform: a vector of outer channels at a
 * time, of one inner channel after the other, over which the products sum.
 */
final class WinogradKernels {
  private static final int L = Vectors.LANES;
  private static final int TAPS = 9;

  /** Inner channels read at a time: as many as one run of 576 bytes of an output holds. */
  private static final int BLOCK = 16;

  /** Where what is read lies in {@link #TEMP}, behind what a transform needs. */
  private static final int READ = 18 * L;

  /** Floats of scratch that {@link #transform} needs. */
  static final int TEMP = READ + BLOCK * TAPS * L;

  private final float[] weight;
  private final int at;
  private final int inner;
  private final int outer;
  private final int innerStride;
  private final int outerStride;
  private final int[] taps;
  private final double[] scale;
  private final boolean inOneRun;

  private WinogradKernels(View weight, int innerDim, int outerDim, int[] taps, double[] scale) {
    this.weight = weight.array();
    this.at = weight.offset();
    this.inner = weight.dim(innerDim);
    this.outer = weight.dim(outerDim);
    this.innerStride = weight.stride(innerDim);
    this.outerStride = weight.stride(outerDim);
    this.taps = taps;
    this.scale = scale;
    this.inOneRun = innerStride == TAPS && IntStream.range(0, TAPS).allMatch(t -> taps[t] == t);
  }

  /**
   * For the output: sums run over the weight's input channels.
   *
   * @param scale by what each output channel is multiplied, or null
   */
  static WinogradKernels forward(View weight, double[] scale) {
    int[] taps = new int[TAPS];
    for (int t = 0; t < TAPS; t++) {
      taps[t] = t / 3 * weight.stride(2) + t % 3 * weight.stride(3);
    }
    return new WinogradKernels(weight, 1, 0, taps, scale);
  }

  /**
   * For the input's gradient: sums run over the output channels, and the kernel is turned round.
   */
  static WinogradKernels backward(View weight) {
    int[] taps = new int[TAPS];
    for (int t = 0; t < TAPS; t++) {
      taps[t] = (2 - t / 3) * weight.stride(2) + (2 - t % 3) * weight.stride(3);
    }
    return new WinogradKernels(weight, 0, 1, taps, null);
  }

  int inner() {
    return inner;
  }

  int outer() {
    return outer;
  }

  /**
   * G g Gᵀ of a vector of outer channels, from {@code first} on, and of inner channels {@code from
   * … to−1}: position p of inner channel c goes to {@code data[target + p·distance + (c −
   * from)·step]}.
   *
   * @param temp {@link #TEMP} floats
   */
  void transform(
      WinogradTile tile,
      int first,
      int from,
      int to,
      float[] temp,
      float[] data,
      int target,
      int distance,
      int step) {
    for (int c = from; c < to; c += BLOCK) {
      int count = Math.min(BLOCK, to - c);
      int kernel = at + first * outerStride + c * innerStride;
      if (inOneRun) {
        readRuns(kernel, count, temp);
      } else {
        readLanes(kernel, count, temp);
      }
      if (scale != null) {
        multiply(first, count, temp);
      }
      for (int i = 0; i < count; i++) {
        int place = target + (c - from + i) * step;
        tile.weight(temp, READ + i * TAPS * L, temp, data, place, distance);
      }
    }
  }

  /** Lane by lane, where an outer channel's kernels lie one after the other: 42 ns each. */
  private void readRuns(int kernel, int count, float[] to) {
    float[] source = weight;
    for (int lane = 0; lane < L; lane++) {
      int from = kernel + lane * outerStride;
      int target = READ + lane;
      for (int i = 0; i < count * TAPS; i++) {
        to[target + i * L] = source[from + i];
      }
    }
  }

  /** Vector by vector: 52 ns a kernel turned round, 95 where lanes are far apart. */
  private void readLanes(int kernel, int count, float[] to) {
    float[] source = weight;
    int stride = outerStride;
    for (int i = 0; i < count; i++) {
      for (int t = 0; t < TAPS; t++) {
        int from = kernel + i * innerStride + taps[t];
        int target = READ + (i * TAPS + t) * L;
        for (int lane = 0; lane < L; lane++) {
          to[target + lane] = source[from + lane * stride];
        }
      }
    }
  }

  private void multiply(int first, int count, float[] read) {
    for (int i = READ; i < READ + count * TAPS * L; i += L) {
      for (int lane = 0; lane < L; lane++) {
        read[i + lane] = (float) (read[i + lane] * scale[first + lane]);
      }
    }
  }
}
