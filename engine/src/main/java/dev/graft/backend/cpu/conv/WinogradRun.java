package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;
import dev.graft.backend.Lines;
import dev.graft.backend.View;
import dev.graft.backend.cpu.Parallel;
import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.cold.PlainStore;
import dev.graft.backend.cpu.cold.WarmUp;
import dev.graft.backend.cpu.cold.Warming;
import dev.graft.backend.cpu.gemm.Blocking;
import dev.graft.backend.cpu.gemm.Microkernel;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One Winograd convolution over fixed buffers. Tiles are cut into blocks, each a task that keeps
 * its transformed input in its core's cache: nothing goes from core to core. Where there are too
 * few tiles for that, or the weights are the larger part and should be read or transformed once,
 * all tiles are transformed first, and then tasks are panels of output channels. Each element is
 * summed in the same order either way, so that the choice may follow the number of threads.
 */
final class WinogradRun implements Runnable {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;
  private static final int NR = Blocking.NR;
  private static final int MR = Microkernel.MR;
  private static final int ROWS = Microkernel.HALF.rows();
  private static final int STRIDE = Blocking.ROW_STRIDE;

  /**
   * Channels summed at a time at most. The sums are much larger than what the transform makes of
   * them: with 512, F(4×4) was off by 2.2e-5 of the largest result, with 256 by less than 1.2e-5.
   * Divides {@link Blocking#KC}, so that no sum reaches from one row of the input into the next.
   */
  private static final int DEPTH = 256;

  /** Floats of transformed input in a task: 1 MB. */
  private static final int BLOCK_FLOATS = 1 << 18;

  /**
   * Tiles under which images are too small for blocks. With 36 instead of 84, 64 tiles of 512
   * channels (7×7, batch 16) made blocks of 6 that each read 38 MB of weights: 82 GFLOP/s, and 180
   * in panels of channels.
   */
  private static final int FEW_TILES = 84;

  /**
   * Floats of weights up to which every core may read all of them: 8 MB. Past it, cores read each
   * other's tiles instead.
   */
  private static final int SMALL_WEIGHTS = 1 << 21;

  /** Tiles of a task at least: transforming fresh weights takes a fifth of their products' time. */
  private static final int LEAST_PART = 4 * MR;

  private static boolean compiled = WarmUp.isOff();

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  /** What a thread needs beside the arena. */
  private static final class Scratch {
    private Lines.Run input = Lines.NOTHING;
    private Lines.Run products = Lines.NOTHING;
    private Lines.Run fresh = Lines.NOTHING;
    private final Lines.Run weights = Lines.take(DEPTH * NR);
    private float[] patch = {};
    private final float[] temp = new float[Math.max(48 * L, WinogradKernels.TEMP)];

    Lines.Run input(int length) {
      input = input.orLonger(length);
      return input;
    }

    Lines.Run products(int length) {
      products = products.orLonger(length);
      return products;
    }

    Lines.Run fresh(int length) {
      fresh = fresh.orLonger(length);
      return fresh;
    }

    float[] patch(int length) {
      if (patch.length < length) {
        patch = new float[length];
      }
      return patch;
    }
  }

  private final ConvShape shape;
  private final WinogradTile tile;
  private final WinogradWeights weights;
  private final float[] bias;
  private final int biasAt;
  private final boolean relu;
  private final View x;
  private final View residual;
  private final View out;
  private final View scratch;
  private final int outH;
  private final int outW;
  private final int across;
  private final int down;
  private final int tiles;
  private final int capacity;
  private final boolean few;
  private final int[] offsets;
  private int block;
  private int parts;

  /** Made once, so that a run allocates nothing. */
  private final Parallel.RangeBody transforms = this::transformShared;

  private final Parallel.RangeBody products = this::multiplyShared;
  private final Parallel.RangeBody blocks = this::runBlocks;

  WinogradRun(
      ConvShape shape,
      WinogradTile tile,
      WinogradWeights weights,
      View bias,
      boolean relu,
      View x,
      View residual,
      View out,
      View scratch) {
    this.shape = shape;
    this.tile = tile;
    this.weights = weights;
    this.bias = bias == null ? new float[weights.panels() * NR] : bias.array();
    this.biasAt = bias == null ? 0 : bias.offset();
    this.relu = relu;
    this.x = x;
    this.residual = residual;
    this.out = out;
    this.scratch = scratch;
    this.outH = shape.outH();
    this.outW = shape.outW();
    this.across = Math.ceilDiv(outW, tile.outputs());
    this.down = Math.ceilDiv(outH, tile.outputs());
    this.tiles = tiles(shape, tile);
    this.few = isFew(shape, tile);
    this.capacity = weights.isPacked() ? blockTiles(shape, tile) : allTiles(shape, tile);
    this.offsets = offsets();
  }

  static int tiles(ConvShape s, WinogradTile tile) {
    return s.n() * Math.ceilDiv(s.outH(), tile.outputs()) * Math.ceilDiv(s.outW(), tile.outputs());
  }

  /** Whole panels of tiles. */
  private static int allTiles(ConvShape s, WinogradTile tile) {
    return Math.ceilDiv(tiles(s, tile), MR) * MR;
  }

  /** Positions whose channels share a row of the left operand. */
  private static int positionsPerRow(ConvShape s) {
    return Math.max(1, Blocking.KC / s.inChannels());
  }

  /** Rows of floats that the transformed input of one tile takes. */
  private static int rows(ConvShape s, WinogradTile tile) {
    return s.inChannels() > Blocking.KC
        ? tile.positions() * Math.ceilDiv(s.inChannels(), Blocking.KC)
        : Math.ceilDiv(tile.positions(), positionsPerRow(s));
  }

  /** Tiles of a task at most: whole panels, fewer where that would leave few tasks. */
  private static int blockTiles(ConvShape s, WinogradTile tile) {
    if (isFew(s, tile)) {
      return allTiles(s, tile);
    }
    int most = BLOCK_FLOATS / (tile.positions() * s.inChannels() * MR);
    return Math.clamp(Math.min(most, allTiles(s, tile) / MR / 8), 1, 4) * MR;
  }

  private static boolean isFew(ConvShape s, WinogradTile tile) {
    return tiles(s, tile) < FEW_TILES;
  }

  /**
   * Floats of scratch that a run needs.
   *
   * @param packed whether the weights are
   */
  static int scratch(ConvShape s, WinogradTile tile, boolean packed) {
    return packed && !isFew(s, tile) ? 0 : allTiles(s, tile) * rows(s, tile) * STRIDE;
  }

  /** Where a position's channels lie in the transformed input of a block. */
  private int[] offsets() {
    int[] result = new int[tile.positions()];
    int perRow = positionsPerRow(shape);
    int kBlocks = Math.ceilDiv(shape.inChannels(), Blocking.KC);
    for (int p = 0; p < result.length; p++) {
      result[p] = p / perRow * kBlocks * capacity * STRIDE + p % perRow * shape.inChannels();
    }
    return result;
  }

  @Override
  public void run() {
    int threads = Parallel.threads();
    boolean readOnce = threads > tiles / ROWS || weights.length() > SMALL_WEIGHTS;
    if (!weights.isPacked() || few && readOnce) {
      int wanted = weights.isPacked() ? 1 : Math.ceilDiv(2 * threads, weights.panels());
      parts = Math.clamp(wanted, 1, Math.max(1, tiles / LEAST_PART));
      Parallel.forRange(tiles, 2, transforms);
      Parallel.forRange(weights.panels() * parts, 1, products);
    } else {
      int share = Math.ceilDiv(Math.ceilDiv(tiles, threads), ROWS) * ROWS;
      block = few ? share : capacity;
      Parallel.forRange(Math.ceilDiv(tiles, block), 1, blocks);
    }
  }

  private void transformShared(int from, int to) {
    transformInput(0, from, to, scratch.array(), scratch.offset());
  }

  private void multiplyShared(int from, int to) {
    int size = Math.ceilDiv(Math.ceilDiv(tiles, parts), MR) * MR;
    for (int task = from; task < to; task++) {
      int first = task % parts * size;
      int last = Math.min(tiles, first + size);
      if (first < last) {
        int panel = task / parts;
        int at = scratch.offset() + first * STRIDE;
        multiply(first, last, panel, panel + 1, scratch.array(), at);
      }
    }
  }

  private void runBlocks(int from, int to) {
    for (int b = from; b < to; b++) {
      Lines.Run input = SCRATCH.get().input(capacity * rows(shape, tile) * STRIDE);
      int first = b * block;
      int last = Math.min(tiles, first + block);
      transformInput(first, first, last, input.array(), input.at());
      multiply(first, last, 0, weights.panels(), input.array(), input.at());
    }
  }

  /** Transforms tiles {@code from … to−1} of the block that begins at tile {@code first}. */
  private void transformInput(int first, int from, int to, float[] input, int at) {
    Scratch own = SCRATCH.get();
    int side = tile.inputs();
    int channels = shape.inChannels();
    int rowStride = shape.width() * channels;
    for (int t = from; t < to; t++) {
      int image = t / (across * down);
      int y = t / across % down * tile.outputs() - shape.padH();
      int left = t % across * tile.outputs() - shape.padW();
      int source = x.offset() + ((image * shape.height() + y) * shape.width() + left) * channels;
      int target = at + (t - first) * STRIDE;
      boolean inside =
          y >= 0 && left >= 0 && y + side <= shape.height() && left + side <= shape.width();
      if (inside) {
        transform(x.array(), source, rowStride, channels, own.temp, input, target);
      } else {
        float[] patch = own.patch(side * side * channels);
        copyPatch(source, y, left, patch);
        transform(patch, 0, side * channels, channels, own.temp, input, target);
      }
    }
  }

  private void transform(
      float[] image, int at, int rowStride, int pixel, float[] temp, float[] input, int target) {
    int channels = shape.inChannels();
    for (int c = 0; c < channels; c += L) {
      // Channels beyond a K block lie one block of rows further on.
      int to = target + c / Blocking.KC * capacity * STRIDE + c % Blocking.KC;
      tile.input(image, at + c, rowStride, pixel, temp, input, to, offsets);
    }
  }

  /** A patch that reaches over the image's border, with zeros there. */
  private void copyPatch(int source, int y, int left, float[] patch) {
    int side = tile.inputs();
    int channels = shape.inChannels();
    int from = Math.clamp(-left, 0, side);
    int to = Math.clamp(shape.width() - left, from, side);
    for (int i = 0; i < side; i++) {
      int row = i * side * channels;
      if (y + i < 0 || y + i >= shape.height()) {
        Arrays.fill(patch, row, row + side * channels, 0);
      } else {
        int line = source + i * shape.width() * channels;
        Arrays.fill(patch, row, row + from * channels, 0);
        System.arraycopy(
            x.array(),
            line + from * channels,
            patch,
            row + from * channels,
            (to - from) * channels);
        Arrays.fill(patch, row + to * channels, row + side * channels, 0);
      }
    }
  }

  /**
   * The products of some panels of output channels, and their way back to pixels.
   *
   * @param at where position 0 of tile {@code first} lies in {@code input}
   */
  private void multiply(int first, int last, int panel, int panelEnd, float[] input, int at) {
    Scratch own = SCRATCH.get();
    int count = last - first;
    int rows = Math.ceilDiv(count, MR) * MR;
    int distance = rows * NR;
    Lines.Run products = own.products(tile.positions() * distance);
    for (int j = panel; j < panelEnd; j++) {
      multiply(count, j, input, at, products, distance, own);
      for (int t = 0; t < count; t++) {
        for (int c = 0; c < NR && j * NR + c < shape.outChannels(); c += L) {
          tile.output(products.array(), products.at() + t * NR + c, distance, own.temp);
          store(first + t, j * NR + c, own.temp);
        }
      }
    }
  }

  /**
   * The products of one panel, position by position. Where there are few tiles packed weights come
   * from memory and serve a few rows only; copied at once they come at 27 GB/s, read by the
   * products at 10 (ResNet-18 at batch 1: 5 % on one and on two threads).
   */
  private void multiply(
      int count, int panel, float[] input, int at, Lines.Run products, int distance, Scratch own) {
    int channels = shape.inChannels();
    int columns = shape.outChannels() - panel * NR;
    boolean packed = weights.isPacked();
    boolean copied = packed && few;
    Lines.Run used = copied ? own.weights : packed ? null : own.fresh(weights.room(DEPTH));
    float[] b = used == null ? weights.data() : used.array();
    for (int k = 0; k < channels; k += DEPTH) {
      int depth = Math.min(DEPTH, channels - k);
      int bAt = packed ? weights.at(panel) + k * NR : used.at();
      if (!packed) {
        weights.transform(panel, k, depth, own.temp, b, bAt);
      }
      int from = at + k / Blocking.KC * capacity * STRIDE + k % Blocking.KC;
      int to = products.at();
      for (int p = 0; p < offsets.length; p++, bAt += weights.distance(depth), to += distance) {
        if (copied) {
          System.arraycopy(weights.data(), bAt, b, used.at(), depth * NR);
        }
        Microkernel.runRows(
            count,
            columns,
            depth,
            input,
            from + offsets[p],
            b,
            copied ? used.at() : bAt,
            k > 0,
            products.array(),
            to);
      }
    }
  }

  /** One vector of channels of a tile's pixels, as far as they lie in the image. */
  private void store(int t, int channel, float[] temp) {
    int m = tile.outputs();
    int y = t / across % down * m;
    int left = t % across * m;
    int height = Math.min(m, outH - y);
    int width = Math.min(m, outW - left);
    int channels = shape.outChannels();
    int image = t / (across * down);
    int at = ((image * outH + y) * outW + left) * channels + channel;
    float[] addend = residual == null ? null : residual.array();
    int addendAt = residual == null ? 0 : residual.offset() + at;
    for (int i = 0; i < height; i++) {
      int line = i * outW * channels;
      int to = out.offset() + at + line;
      if (compiled) {
        storeLine(
            temp,
            i * m * L,
            width,
            channels,
            bias,
            biasAt + channel,
            addend,
            addendAt + line,
            relu,
            out.array(),
            to);
      } else {
        for (int j = 0; j < width; j++) {
          int c = j * channels;
          PlainStore.row(
              temp,
              (i * m + j) * L,
              L,
              bias,
              biasAt + channel,
              addend,
              addendAt + line + c,
              relu,
              out.array(),
              to + c);
        }
      }
    }
  }

  /** A vector of channels of {@code width} pixels. */
  private static void storeLine(
      float[] temp,
      int from,
      int width,
      int channels,
      float[] bias,
      int biasAt,
      float[] addend,
      int addendAt,
      boolean relu,
      float[] out,
      int to) {
    FloatVector b = FloatVector.fromArray(S, bias, biasAt);
    for (int j = 0; j < width; j++) {
      FloatVector v = FloatVector.fromArray(S, temp, from + j * L).add(b);
      if (addend != null) {
        v = v.add(FloatVector.fromArray(S, addend, addendAt + j * channels));
      }
      if (relu) {
        v = v.blend(0, v.compare(VectorOperators.LT, 0));
      }
      v.intoArray(out, to + j * channels);
    }
  }

  static Warming storeWarming() {
    float[] x = new float[4 * L];
    float[] y = new float[4 * L];
    return new Warming(
        "winograd's epilogue",
        60,
        () -> {
          storeLine(x, 0, 4, L, x, 0, null, 0, false, y, 0);
          storeLine(x, 0, 4, L, x, 0, x, 0, true, y, 0);
        },
        yes -> compiled = yes);
  }
}
