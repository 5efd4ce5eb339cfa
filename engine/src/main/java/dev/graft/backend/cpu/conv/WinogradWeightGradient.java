package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;
import dev.graft.backend.Lines;
import dev.graft.backend.View;
import dev.graft.backend.cpu.BufferPool;
import dev.graft.backend.cpu.Parallel;
import dev.graft.backend.cpu.Vectors;
import java.util.Arrays;

/**
 * The weight gradient of a 3×3 convolution of stride 1 by Winograd's F(4×4, 3×3) transposed: 36
 * products for the 144 of a tile. A task has a span of the tiles and some panels of output
 * channels. It transforms a chunk of tiles, which then lies in its core's cache, and adds their
 * outer products to its own sums. Spans depend on sizes alone; their sums are added in order. Where
 * sums are large and tiles are few, all tiles are transformed first instead, and a task has the
 * sums over all of them that stay in its cache, until they are transformed back.
 */
final class WinogradWeightGradient {
  private static final int L = Vectors.LANES;
  private static final int NR = 2 * L;
  private static final int SIDE = 4;

  /**
   * Floats of a chunk's transformed inputs and gradients: twice those of the sums, between 256 KB
   * and 1 MB. 16 channels take 3.8 ms with 1 MB and 2.8 with 256 KB, 64 channels 8.4 and 10.7.
   */
  private static final int LEAST_CHUNK = 1 << 16;

  private static final int MOST_CHUNK = 1 << 18;

  /** Spans at most, and floats of sums at most, 10 MB, where there is more than one span. */
  private static final int SPANS = 8;

  private static final int PARTIAL_FLOATS = 5 << 19;

  /** Panels by vectors of inputs in a task of the last pass: about 10 µs. */
  private static final int FINISHED = 4;

  /** Tiles of a span at least. */
  private static final int LEAST_TILES = 16;

  /** Panels of a task at least: each task transforms the inputs anew, a tenth of its work. */
  private static final int LEAST_PANELS = 128 / NR;

  /**
   * Sums from which on tiles are shared, 1 MB, and tiles up to which: 512@7 at batch 8 ran 1.5
   * times as fast, 256@14 1.2 times.
   */
  private static final int SHARED_FLOATS = 1 << 18;

  private static final int SHARED_TILES = 160;

  /** Inputs of a task that shares tiles: with a panel of outputs its sums take 590 KB. */
  private static final int SHARED_INPUTS = 128;

  /** Inputs transformed back before they are written, as a run of 576 bytes of each output. */
  private static final int BACK = 16;

  private static final int TAPS = 9;
  private static final WinogradTile TILE = new Winograd4();
  private static final int POSITIONS = TILE.positions();

  private final BufferPool pool;
  private final ConvShape s;
  private final View x;
  private final View grad;
  private final int across;
  private final int down;
  private final int tiles;
  private final int panels;
  private final int panel;
  private final boolean shared;
  private final int perTask;
  private final int perSpan;
  private final int chunk;

  /**
   * From one position to the next: a cache line more than they take, since 36 positions at a
   * multiple of 4 KB would share few sets of the cache.
   */
  private final int inputDistance;

  private final int inputStep;
  private final int gradDistance;
  private final int sumDistance;
  private final int size;
  private final int[] offsets;

  private WinogradWeightGradient(BufferPool pool, ConvShape s, View x, View grad) {
    this.pool = pool;
    this.s = s;
    this.x = x;
    this.grad = grad;
    across = Math.ceilDiv(s.outW(), SIDE);
    down = Math.ceilDiv(s.outH(), SIDE);
    tiles = s.n() * across * down;
    panels = Math.ceilDiv(s.outChannels(), NR);
    panel = Math.min(NR, s.outChannels());
    sumDistance = panels * s.inChannels() * NR + L;
    size = POSITIONS * sumDistance;
    shared = size > SHARED_FLOATS && tiles <= SHARED_TILES;
    perTask = shared ? panels : Math.min(panels, LEAST_PANELS);
    int most = Math.clamp(PARTIAL_FLOATS / size, 1, SPANS);
    perSpan = Math.ceilDiv(tiles, Math.clamp(tiles / LEAST_TILES, 1, most));
    chunk = shared ? tiles : chunk();
    offsets = new int[POSITIONS];
    inputStep = inputStep(s.inChannels());
    inputDistance = (WinogradOuterProducts.SIXES ? inputStep : s.inChannels()) * chunk + L;
    gradDistance = perTask * panel * chunk + L;
    Arrays.setAll(offsets, p -> p * inputDistance);
  }

  /**
   * Floats from a tile's inputs to the next tile's. Where six channels are multiplied at a time a
   * tile's channels lie together, and many of them a cache line further apart than they take;
   * otherwise a vector's of all tiles do.
   */
  private static int inputStep(int channels) {
    return !WinogradOuterProducts.SIXES ? L : channels < 128 ? channels : channels + 16;
  }

  private int inputAt(int channel, int tile) {
    return WinogradOuterProducts.SIXES
        ? tile * inputStep + channel
        : (channel / L * chunk + tile) * L + channel % L;
  }

  /** Large sums are read and written once a chunk, so it has as many tiles as make up for that. */
  private int chunk() {
    int outputs = perTask * panel;
    int channels = s.inChannels() + outputs;
    int near = Math.clamp(2L * size, LEAST_CHUNK, MOST_CHUNK) / (POSITIONS * channels);
    int least = (int) ((long) s.inChannels() * outputs / channels);
    return Math.min(perSpan, Math.max(near, least));
  }

  /** x and grad lie channels last; gradWeight is row-major. */
  static void run(BufferPool pool, ConvShape s, View x, View grad, View gradWeight) {
    WinogradWeightGradient all = new WinogradWeightGradient(pool, s, x, grad);
    if (all.shared) {
      all.runShared(gradWeight);
    } else {
      all.runSpans(gradWeight);
    }
  }

  private void runShared(View gradWeight) {
    float[] inputs = pool.take(POSITIONS * inputDistance);
    float[] grads = pool.take(Lines.longArray(POSITIONS * gradDistance));
    Parallel.forRange(
        tiles,
        2,
        (from, to) -> {
          float[] patch = pool.take(patchSize());
          float[] temp = new float[POSITIONS * L];
          for (int t = from; t < to; t++) {
            transform(t, t, 0, panels, patch, temp, inputs, grads);
          }
          pool.give(patch);
        });
    int parts = Math.ceilDiv(s.inChannels(), SHARED_INPUTS);
    Parallel.forRange(
        panels * parts,
        1,
        (from, to) -> {
          for (int u = from; u < to; u++) {
            int first = u % parts * SHARED_INPUTS;
            int last = Math.min(s.inChannels(), first + SHARED_INPUTS);
            sumShared(u / parts, first, last, inputs, grads, gradWeight);
          }
        });
    pool.give(inputs);
    pool.give(grads);
  }

  /** The gradients of a panel of outputs and of inputs {@code first … last−1}. */
  private void sumShared(
      int k, int first, int last, float[] inputs, float[] grads, View gradWeight) {
    int distance = (last - first) * NR + L;
    float[] sums = pool.take(POSITIONS * distance);
    for (int p = 0; p < POSITIONS; p++) {
      int gradAt = Lines.FIRST + p * gradDistance + k * chunk * panel;
      multiply(p, k, first, last, tiles, false, inputs, grads, gradAt, sums, p * distance);
    }
    back(k, first, last, sums, distance, gradWeight.array(), gradWeight.offset());
    pool.give(sums);
  }

  private int patchSize() {
    return TILE.inputs() * TILE.inputs() * Math.max(s.inChannels(), s.outChannels());
  }

  private void runSpans(View gradWeight) {
    int spans = Math.ceilDiv(tiles, perSpan);
    int groups = Math.ceilDiv(panels, perTask);
    float[] sums = pool.take(spans * size);
    Parallel.forRange(
        spans * groups,
        1,
        (from, to) -> {
          for (int task = from; task < to; task++) {
            int first = task / groups * perSpan;
            int j = task % groups * perTask;
            int end = Math.min(panels, j + perTask);
            sum(first, Math.min(tiles, first + perSpan), j, end, sums, task / groups * size);
          }
        });
    int parts = Math.ceilDiv(s.inChannels(), L);
    Parallel.forRange(
        panels * parts,
        FINISHED,
        (from, to) -> {
          for (int u = from; u < to; u++) {
            int first = u % parts * L;
            finish(u / parts, first, spans, sums, gradWeight.array(), gradWeight.offset());
          }
        });
    pool.give(sums);
  }

  /** The sums over tiles {@code first … last−1} for panels {@code j … end−1}. */
  private void sum(int first, int last, int j, int end, float[] sums, int at) {
    float[] inputs = pool.take(POSITIONS * inputDistance);
    float[] grads = pool.take(Lines.longArray(POSITIONS * gradDistance));
    float[] patch = pool.take(patchSize());
    float[] temp = new float[POSITIONS * L];
    for (int start = first; start < last; start += chunk) {
      int count = Math.min(chunk, last - start);
      for (int t = 0; t < count; t++) {
        transform(start + t, t, j, end, patch, temp, inputs, grads);
      }
      for (int p = 0; p < POSITIONS; p++) {
        for (int k = j; k < end; k++) {
          int gradAt = Lines.FIRST + p * gradDistance + (k - j) * chunk * panel;
          int channels = s.inChannels();
          int to = at + p * sumDistance + k * channels * NR;
          multiply(p, k, 0, channels, count, start > first, inputs, grads, gradAt, sums, to);
        }
      }
    }
    pool.give(inputs);
    pool.give(grads);
    pool.give(patch);
  }

  /** Transforms a tile, the one of number {@code t} in its chunk. */
  private void transform(
      int tile, int t, int j, int end, float[] patch, float[] temp, float[] inputs, float[] grads) {
    int image = tile / (across * down);
    int y = tile / across % down * SIDE;
    int left = tile % across * SIDE;
    Source in = new Source(x, image, y - s.padH(), left - s.padW(), TILE.inputs());
    in.copyIfCut(patch);
    for (int c = 0; c < s.inChannels(); c += L) {
      int at = inputAt(c, t);
      TILE.input(in.data(patch), in.at() + c, in.line(), x.dim(1), temp, inputs, at, offsets);
    }
    Source out = new Source(grad, image, y, left, SIDE);
    out.copyIfCut(patch);
    for (int c = j * NR; c < Math.min(end * NR, s.outChannels()); c += L) {
      int at = Lines.FIRST + ((c / NR - j) * chunk + t) * panel + c % NR;
      WinogradBack.gradient(
          out.data(patch), out.at() + c, out.line(), grad.dim(1), temp, grads, at, gradDistance);
    }
  }

  /** A square of an image, which may reach over its border: zeros lie there. */
  private record Source(View image, int n, int y, int left, int side) {
    private boolean isCut() {
      return y < 0 || left < 0 || y + side > image.dim(2) || left + side > image.dim(3);
    }

    float[] data(float[] patch) {
      return isCut() ? patch : image.array();
    }

    int at() {
      return isCut() ? 0 : place(y, left);
    }

    int line() {
      return (isCut() ? side : image.dim(3)) * image.dim(1);
    }

    private int place(int row, int column) {
      int line = n * image.dim(2) + row;
      return image.offset() + (line * image.dim(3) + column) * image.dim(1);
    }

    void copyIfCut(float[] patch) {
      if (!isCut()) {
        return;
      }
      int channels = image.dim(1);
      Arrays.fill(patch, 0, side * side * channels, 0);
      int from = Math.max(0, -left);
      int to = Math.clamp(image.dim(3) - left, from, side);
      for (int i = Math.max(0, -y); i < side && y + i < image.dim(2); i++) {
        int at = (i * side + from) * channels;
        System.arraycopy(
            image.array(), place(y + i, left + from), patch, at, (to - from) * channels);
      }
    }
  }

  /** The outer products of one position, panel {@code k} of outputs and some inputs. */
  private void multiply(
      int position,
      int k,
      int first,
      int last,
      int count,
      boolean add,
      float[] inputs,
      float[] grads,
      int gradAt,
      float[] sums,
      int to) {
    boolean two = s.outChannels() - k * NR > L;
    for (int c = first, target = to; c < last; ) {
      int rows = WinogradOuterProducts.rows(last - c);
      int at = offsets[position] + inputAt(c, 0);
      WinogradOuterProducts.sum(
          rows, two, inputs, at, inputStep, grads, gradAt, panel, count, add, sums, target);
      c += rows;
      target += rows * NR;
    }
  }

  /**
   * Transforms the sums of a panel of output channels and of inputs {@code first … first+L−1} back.
   * The sums of a position, 2 KB at 512 bits, are copied at once: one vector of each of the 36 at a
   * time came from memory at 3 GB/s.
   */
  private void finish(int k, int first, int spans, float[] sums, float[] weight, int weightAt) {
    float[] total = pool.take(POSITIONS * L * NR);
    int last = Math.min(s.inChannels(), first + L);
    int length = (last - first) * NR;
    for (int p = 0; p < POSITIONS; p++) {
      int from = p * sumDistance + (k * s.inChannels() + first) * NR;
      WinogradBack.add(sums, from, length, size, spans, total, p * length);
    }
    back(k, first, last, total, length, weight, weightAt);
    pool.give(total);
  }

  /**
   * Transforms the sums of a panel of outputs and of inputs {@code first … last−1} back, to [out,
   * in, 3, 3].
   *
   * @param distance from a position's sums to the next one's
   */
  private void back(
      int k, int first, int last, float[] sums, int distance, float[] weight, int weightAt) {
    float[] temp = new float[WinogradBack.TEMP];
    float[] taps = pool.take(BACK * TAPS * L);
    int outputs = Math.min(s.outChannels(), (k + 1) * NR);
    for (int output = k * NR; output < outputs; output += L) {
      for (int c = first; c < last; c += BACK) {
        int count = Math.min(BACK, last - c);
        for (int i = 0; i < count; i++) {
          int at = (c - first + i) * NR + output % NR;
          WinogradBack.weight(sums, at, distance, temp, taps, i * TAPS * L);
        }
        for (int o = 0; o < L; o++) {
          int to = weightAt + ((output + o) * s.inChannels() + c) * TAPS;
          for (int i = 0; i < count * TAPS; i++) {
            weight[to + i] = taps[i * L + o];
          }
        }
      }
    }
    pool.give(taps);
  }
}
