package dev.graft.backend.cpu.conv;

import dev.graft.backend.View;
import dev.graft.backend.cpu.Parallel;
import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.gemm.Blocking;
import java.util.Arrays;

/**
 * The weights of a Winograd convolution, G g Gᵀ, as right operands of its products: for each panel
 * of NR outer channels, and each position, [inner channels][NR], zero beyond the last channel. A
 * task that makes a panel's channels reads them in one run.
 */
final class WinogradWeights {
  private static final int L = Vectors.LANES;
  private static final int NR = Blocking.NR;

  final float[] data;
  private final int positions;
  private final int inner;
  private final int panels;

  private WinogradWeights(float[] data, int positions, int inner, int outer) {
    this.data = data;
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
    int[] taps = new int[9];
    for (int t = 0; t < 9; t++) {
      taps[t] = t / 3 * weight.stride(2) + t % 3 * weight.stride(3);
    }
    return pack(tile, weight, 1, 0, taps, data);
  }

  /**
   * For the input's gradient: sums run over the output channels, and the kernel is turned round.
   */
  static WinogradWeights backward(WinogradTile tile, View weight, float[] data) {
    int[] taps = new int[9];
    for (int t = 0; t < 9; t++) {
      taps[t] = (2 - t / 3) * weight.stride(2) + (2 - t % 3) * weight.stride(3);
    }
    return pack(tile, weight, 0, 1, taps, data);
  }

  private static WinogradWeights pack(
      WinogradTile tile, View weight, int innerDim, int outerDim, int[] taps, float[] data) {
    int inner = weight.dim(innerDim);
    int outer = weight.dim(outerDim);
    WinogradWeights packed = new WinogradWeights(data, tile.positions(), inner, outer);
    int[] gather = new int[L];
    for (int i = 0; i < L; i++) {
      gather[i] = i * weight.stride(outerDim);
    }
    if (outer % NR != 0) {
      Arrays.fill(data, 0, length(tile, inner, outer), 0);
    }
    int innerStep = weight.stride(innerDim);
    Parallel.forRange(
        outer / L,
        1,
        (from, to) -> {
          float[] temp = new float[21 * L];
          for (int v = from; v < to; v++) {
            int at = weight.offset() + v * L * weight.stride(outerDim);
            int target = packed.at(0, v * L / NR) + v * L % NR;
            int distance = inner * NR;
            for (int c = 0; c < inner; c++) {
              int kernel = at + c * innerStep;
              tile.weight(
                  weight.array(), kernel, taps, gather, temp, data, target + c * NR, distance);
            }
          }
        });
    return packed;
  }

  int panels() {
    return panels;
  }

  /** Where a panel of a position begins. */
  int at(int position, int panel) {
    return (panel * positions + position) * inner * NR;
  }
}
