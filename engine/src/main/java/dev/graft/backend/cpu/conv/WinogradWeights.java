package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;
import dev.graft.backend.cpu.Parallel;
import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.gemm.Blocking;
import java.util.Arrays;

/**
 * The weights of a Winograd convolution, G g Gᵀ, as right operands of its products: for each panel
 * of NR outer channels, and each position, [inner channels][NR], zero beyond the last channel.
 * Either all of them are packed once, for any number of runs, so that a task that makes a panel's
 * channels reads them in one run. Or they are fresh: a task transforms what it multiplies just
 * before, and they never leave its core.
 */
final class WinogradWeights {
  private static final int L = Vectors.LANES;
  private static final int NR = Blocking.NR;

  /**
   * Positions lie a cache line more than they take apart. Without, the 36 lines that a transform
   * writes fall into one set of L1: 305 ns a vector of kernels instead of 214.
   */
  private static final int GAP = 16;

  /** Floats up to which weights for a single run are packed all the same, 1 MB: they stay in L2. */
  private static final int FEW_FLOATS = 1 << 18;

  /**
   * Tiles past which they are packed as well, since blocks of tiles then keep their own transformed
   * input. 256 channels at 14×14 on two threads, fresh: batch 4 1.2 to 1.3 of the speed, 8 1.05, 16
   * 0.87.
   */
  private static final int MANY_TILES = 160;

  private final WinogradTile tile;
  private final int inner;
  private final int outer;

  /** What fresh ones are made of; null for packed ones, which keep no other weights in memory. */
  private final WinogradKernels kernels;

  private final float[] data;
  private final int start;

  private WinogradWeights(
      WinogradTile tile, int inner, int outer, WinogradKernels kernels, float[] data, int start) {
    this.tile = tile;
    this.inner = inner;
    this.outer = outer;
    this.kernels = kernels;
    this.data = data;
    this.start = start;
  }

  /** Floats of packed weights. */
  static int length(WinogradTile tile, int inner, int outer) {
    int perPosition = Math.addExact(Math.multiplyExact(inner, NR), GAP);
    return Math.multiplyExact(tile.positions() * Math.ceilDiv(outer, NR), perPosition);
  }

  /** Whether weights for a single run are better left to the tasks. */
  static boolean leftFresh(ConvShape s, WinogradTile tile) {
    return length(tile, s.inChannels(), s.outChannels()) > FEW_FLOATS
        && WinogradRun.tiles(s, tile) <= MANY_TILES;
  }

  static WinogradWeights fresh(WinogradTile tile, WinogradKernels kernels) {
    return new WinogradWeights(tile, kernels.inner(), kernels.outer(), kernels, null, 0);
  }

  /** Packs into {@code data} of at least {@link #length} floats, from {@code start} on. */
  static WinogradWeights packed(
      WinogradTile tile, WinogradKernels kernels, float[] data, int start) {
    int inner = kernels.inner();
    int outer = kernels.outer();
    WinogradWeights packed = new WinogradWeights(tile, inner, outer, null, data, start);
    if (outer % NR != 0) {
      Arrays.fill(data, start, start + packed.length(), 0);
    }
    int distance = packed.distance(inner);
    Parallel.forRange(
        outer / L,
        1,
        (first, end) -> {
          float[] temp = new float[WinogradKernels.TEMP];
          for (int v = first; v < end; v++) {
            int at = packed.at(v * L / NR) + v * L % NR;
            kernels.transform(tile, v * L, 0, inner, temp, data, at, distance, NR);
          }
        });
    return packed;
  }

  boolean isPacked() {
    return data != null;
  }

  /** The packed weights. */
  float[] data() {
    return data;
  }

  int panels() {
    return Math.ceilDiv(outer, NR);
  }

  /** Floats that all of them take when packed. */
  int length() {
    return length(tile, inner, outer);
  }

  /** Where a panel of the packed weights begins. */
  int at(int panel) {
    return start + panel * tile.positions() * distance(inner);
  }

  /** Floats from a position to the next: of all inner channels if packed, else of {@code depth}. */
  int distance(int depth) {
    return (isPacked() ? inner : depth) * NR + GAP;
  }

  /** Floats that {@link #transform} writes for at most {@code depth} inner channels. */
  int room(int depth) {
    return tile.positions() * distance(Math.min(depth, inner));
  }

  /**
   * Transforms inner channels {@code from … from+depth−1} of a panel of fresh weights, as
   * [position] of [depth][NR] from {@code at} on, positions {@link #distance} apart.
   *
   * @param temp {@link WinogradKernels#TEMP} floats
   */
  void transform(int panel, int from, int depth, float[] temp, float[] to, int at) {
    int distance = distance(depth);
    int columns = Math.min(NR, outer - panel * NR);
    if (columns < NR) {
      Arrays.fill(to, at, at + tile.positions() * distance, 0);
    }
    for (int v = 0; v < columns; v += L) {
      int first = panel * NR + v;
      kernels.transform(tile, first, from, from + depth, temp, to, at + v, distance, NR);
    }
  }
}
