package dev.graft.backend.cpu.conv;

import dev.graft.backend.View;
import dev.graft.backend.cpu.Parallel;
import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.gemm.Blocking;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The weights of a Winograd convolution, G g Gᵀ, as right operands of its products: for each panel
 * of NR outer channels, and each position, [inner channels][NR], zero beyond the last channel. A
 * task that makes a panel's channels reads them in one run.
 */
final class WinogradWeights {
  private static final int L = Vectors.LANES;
  private static final int NR = Blocking.NR;

  /** Where taps and lanes lie in what {@link Scaled} has read. */
  private static final int[] TAPS = IntStream.range(0, 9).map(t -> t * L).toArray();

  private static final int[] LANES = IntStream.range(0, L).toArray();

  final float[] data;
  private final int start;
  private final int positions;
  private final int inner;
  private final int panels;

  private WinogradWeights(float[] data, int start, int positions, int inner, int outer) {
    this.data = data;
    this.start = start;
    this.positions = positions;
    this.inner = inner;
    this.panels = Math.ceilDiv(outer, NR);
  }

  static int length(WinogradTile tile, int inner, int outer) {
    int perPosition = Math.multiplyExact(Math.ceilDiv(outer, NR) * NR, inner);
    return Math.multiplyExact(tile.positions(), perPosition);
  }

  /** For the output: sums run over the weight's input channels. */
  static WinogradWeights forward(WinogradTile tile, View weight, float[] data) {
    return forward(tile, weight, null, data, 0);
  }

  /**
   * As {@link #forward(WinogradTile, View, float[])}, from {@code start} on.
   *
   * @param scale by what each output channel is multiplied, or null
   */
  static WinogradWeights forward(
      WinogradTile tile, View weight, double[] scale, float[] data, int start) {
    int[] taps = new int[9];
    for (int t = 0; t < 9; t++) {
      taps[t] = t / 3 * weight.stride(2) + t % 3 * weight.stride(3);
    }
    return pack(tile, weight, 1, 0, taps, scale, data, start);
  }

  /**
   * For the input's gradient: sums run over the output channels, and the kernel is turned round.
   */
  static WinogradWeights backward(WinogradTile tile, View weight, float[] data) {
    int[] taps = new int[9];
    for (int t = 0; t < 9; t++) {
      taps[t] = (2 - t / 3) * weight.stride(2) + (2 - t % 3) * weight.stride(3);
    }
    return pack(tile, weight, 0, 1, taps, null, data, 0);
  }

  private static WinogradWeights pack(
      WinogradTile tile,
      View weight,
      int innerDim,
      int outerDim,
      int[] taps,
      double[] scale,
      float[] data,
      int start) {
    int inner = weight.dim(innerDim);
    int outer = weight.dim(outerDim);
    WinogradWeights packed = new WinogradWeights(data, start, tile.positions(), inner, outer);
    int[] gather = new int[L];
    for (int i = 0; i < L; i++) {
      gather[i] = i * weight.stride(outerDim);
    }
    if (outer % NR != 0) {
      Arrays.fill(data, start, start + length(tile, inner, outer), 0);
    }
    int innerStep = weight.stride(innerDim);
    Parallel.forRange(
        outer / L,
        1,
        (first, end) -> {
          float[] temp = new float[21 * L];
          Scaled scaled = scale == null ? null : new Scaled(weight.array(), taps, gather);
          for (int v = first; v < end; v++) {
            int at = weight.offset() + v * L * weight.stride(outerDim);
            int target = packed.at(0, v * L / NR) + v * L % NR;
            int distance = inner * NR;
            for (int c = 0; c < inner; c++) {
              int kernel = at + c * innerStep;
              int to = target + c * NR;
              if (scaled == null) {
                tile.weight(weight.array(), kernel, taps, gather, temp, data, to, distance);
              } else {
                scaled.read(kernel, scale, v * L);
                tile.weight(scaled.to, 0, TAPS, LANES, temp, data, to, distance);
              }
            }
          }
        });
    return packed;
  }

  /** A vector of outer channels of one inner channel, each multiplied by a number of its own. */
  private record Scaled(float[] from, int[] taps, int[] gather, float[] to) {
    Scaled(float[] from, int[] taps, int[] gather) {
      this(from, taps, gather, new float[9 * L]);
    }

    void read(int at, double[] scale, int channel) {
      for (int lane = 0; lane < L; lane++) {
        double by = scale[channel + lane];
        int kernel = at + gather[lane];
        for (int t = 0; t < 9; t++) {
          to[t * L + lane] = (float) (from[kernel + taps[t]] * by);
        }
      }
    }
  }

  /** Floats that it holds. */
  int length() {
    return panels * positions * inner * NR;
  }

  int panels() {
    return panels;
  }

  /** Where a panel of a position begins. */
  int at(int position, int panel) {
    return start + (panel * positions + position) * inner * NR;
  }
}
