package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;
import dev.graft.backend.Lines;
import dev.graft.backend.View;
import dev.graft.backend.cpu.BufferPool;
import dev.graft.backend.cpu.Parallel;
import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.gemm.Blocking;
import dev.graft.backend.cpu.gemm.Microkernel;
import dev.graft.backend.cpu.gemm.PackedB;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Convolution with few channels on both sides as a direct sum: packing rows for a matrix product
 * took three quarters of the time of a 5×5 kernel on one channel. Input rows are copied only where
 * they need padding at their ends; rows of taps above or below the image are left out.
 */
final class NarrowConv {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;
  private static final int NR = Blocking.NR;

  /** Output channels at most: two vectors of 512 bits. */
  private static final int OUTPUTS = 32;

  /** Products of an output at most: weights of 64 KB, and sums in single precision. */
  private static final int PRODUCTS = 512;

  /** Vectors of products in a task: about 10 µs. */
  private static final int TASK = 1 << 16;

  /** Two vectors of sums for twelve pixels take 27 registers. */
  private static final boolean PAIRS = Microkernel.MR >= 14;

  /** 16 registers hold two vectors of sums for six pixels. */
  private static final boolean SIXES = !PAIRS;

  private final BufferPool pool;
  private final ConvShape s;
  private final View x;

  /** Packed, from {@link Lines#FIRST} on. */
  private final float[] weights;

  private final float[] bias;
  private final View out;
  private final int run;
  private final int k;
  private final boolean padded;
  private final int columns;
  private final int rows;

  private NarrowConv(
      BufferPool pool, ConvShape s, View x, float[] weights, float[] bias, View out) {
    this.pool = pool;
    this.s = s;
    this.x = x;
    this.weights = weights;
    this.bias = bias;
    this.out = out;
    run = s.kernelW() * s.inChannels();
    k = s.kernelH() * run;
    padded = s.padW() > 0;
    columns = padded ? (s.outW() - 1) * s.strideW() + s.kernelW() : s.width();
    int perRow = s.outW() * k * Math.ceilDiv(s.outChannels(), L);
    rows = Math.clamp(TASK / perRow, 1, s.outH());
  }

  static boolean accepts(ConvShape s) {
    return s.groups() == 1
        && s.dilationW() == 1
        && s.kernelH() * s.kernelW() > 1
        && s.outW() >= NarrowTile.SHORT
        && s.outChannels() <= OUTPUTS
        && s.inChannels() * s.kernelH() * s.kernelW() <= PRODUCTS;
  }

  /**
   * x and out lie channels last.
   *
   * @param bias [outChannels], dense, or null
   */
  static void run(
      BufferPool pool, ConvShape s, PackedB.PanelSource weight, View x, View bias, View out) {
    int products = s.inChannels() * s.kernelH() * s.kernelW();
    float[] packed = pool.take(PackedB.arrayLength(products, s.outChannels()));
    PackedB.packPanels(products, s.outChannels(), weight, packed);
    float[] added = new float[Math.ceilDiv(s.outChannels(), NR) * NR];
    if (bias != null) {
      System.arraycopy(bias.array(), bias.offset(), added, 0, s.outChannels());
    }
    new NarrowConv(pool, s, x, packed, added, out).run();
    pool.give(packed);
  }

  private void run() {
    int blocks = Math.ceilDiv(s.outH(), rows);
    int perBlock = rows * s.outW() * k * Math.ceilDiv(s.outChannels(), L);
    Parallel.forRange(
        s.n() * blocks,
        Math.max(1, TASK / perBlock),
        (from, to) -> {
          float[] lines = padded ? pool.take(sourceRows(rows) * columns * s.inChannels()) : null;
          float[] tile = new float[NarrowTile.LONG * NR];
          for (int b = from; b < to; b++) {
            int first = b % blocks * rows;
            int last = Math.min(s.outH(), first + rows);
            block(b / blocks, first, last, b == to - 1, lines, tile);
          }
          if (padded) {
            pool.give(lines);
          }
        });
  }

  private int sourceRows(int outputRows) {
    return (outputRows - 1) * s.strideH() + (s.kernelH() - 1) * s.dilationH() + 1;
  }

  /**
   * Output rows {@code first … last−1} of one image.
   *
   * @param end whether what follows them belongs to somebody else
   */
  private void block(int image, int first, int last, boolean end, float[] lines, float[] tile) {
    int line = columns * s.inChannels();
    int top = first * s.strideH() - s.padH();
    int source = x.offset() + image * s.height() * s.width() * s.inChannels();
    if (padded) {
      copy(source, top, sourceRows(last - first), lines);
    }
    float[] from = padded ? lines : x.array();
    int pixels = s.outW() * s.outChannels();
    int to = out.offset() + (image * s.outH() + first) * pixels;
    int limit = end ? to + (last - first) * pixels : out.offset() + out.numel();
    for (int row = first; row < last; row++, to += pixels) {
      int y = row * s.strideH() - s.padH();
      int skipped = Math.clamp(Math.ceilDiv(-y, s.dilationH()), 0, s.kernelH());
      int kept = Math.clamp(Math.ceilDiv(s.height() - y, s.dilationH()), skipped, s.kernelH());
      int start = y + skipped * s.dilationH();
      int at = padded ? (start - top) * line : source + start * line;
      row(from, at, skipped, kept - skipped, to, limit, tile);
    }
  }

  /** Copies the rows from {@code top} on, as far as they lie in the image, with their padding. */
  private void copy(int source, int top, int count, float[] lines) {
    int channels = s.inChannels();
    int line = columns * channels;
    int left = Math.min(s.padW(), columns) * channels;
    int end = Math.min(left + s.width() * channels, line);
    for (int r = Math.max(0, -top); r < count && top + r < s.height(); r++) {
      int at = r * line;
      Arrays.fill(lines, at, at + left, 0);
      int from = source + (top + r) * s.width() * channels;
      System.arraycopy(x.array(), from, lines, at + left, end - left);
      Arrays.fill(lines, at + end, at + line, 0);
    }
  }

  /** One row of output pixels, from {@code count} rows of taps. */
  private void row(float[] from, int at, int skipped, int count, int to, int limit, float[] tile) {
    int step = s.strideW() * s.inChannels();
    int gap = s.dilationH() * columns * s.inChannels() - run;
    for (int pixel = 0; pixel < s.outW(); ) {
      int left = s.outW() - pixel;
      boolean isLong = left == NarrowTile.LONG || left >= NarrowTile.LONG + NarrowTile.SHORT;
      // Eight that are left go at once: by six, four of twelve pixels would be summed twice.
      int pixels =
          SIXES && s.outChannels() > L && left != NarrowTile.SHORT
              ? NarrowTile.SIX
              : isLong ? NarrowTile.LONG : NarrowTile.SHORT;
      int start = Math.min(pixel, s.outW() - pixels);
      for (int channel = 0; channel < s.outChannels(); ) {
        boolean two = (PAIRS || pixels == NarrowTile.SIX) && s.outChannels() - channel > L;
        int wAt = Lines.FIRST + (channel / NR * k + skipped * run) * NR + channel % NR;
        NarrowTile.sum(
            pixels, two, from, at + start * step, step, run, gap, count * run, weights, wAt, tile);
        int target = to + start * s.outChannels() + channel;
        int vectors = two ? 2 : 1;
        int end = target + (pixels - 1) * s.outChannels() + vectors * L;
        if (end <= limit && (channel == 0 || channel + vectors * L <= s.outChannels())) {
          store(tile, pixels, vectors, channel, target);
        } else {
          storeExactly(tile, pixels, vectors, channel, target);
        }
        channel += vectors * L;
      }
      pixel += pixels;
    }
  }

  /** Whole vectors: what is written beyond a pixel's channels is overwritten by the next. */
  private void store(float[] tile, int pixels, int vectors, int channel, int target) {
    float[] to = out.array();
    int distance = s.outChannels();
    FloatVector b = FloatVector.fromArray(S, bias, channel);
    if (vectors == 1) {
      for (int p = 0, t = target; p < pixels; p++, t += distance) {
        FloatVector.fromArray(S, tile, p * L).add(b).intoArray(to, t);
      }
      return;
    }
    FloatVector c = FloatVector.fromArray(S, bias, channel + L);
    for (int p = 0, t = target; p < pixels; p++, t += distance) {
      FloatVector.fromArray(S, tile, 2 * p * L).add(b).intoArray(to, t);
      FloatVector.fromArray(S, tile, 2 * p * L + L).add(c).intoArray(to, t + L);
    }
  }

  private void storeExactly(float[] tile, int pixels, int vectors, int channel, int target) {
    int width = vectors * L;
    int valid = Math.min(width, s.outChannels() - channel);
    for (int p = 0; p < pixels; p++) {
      int to = target + p * s.outChannels();
      for (int c = 0; c < valid; c++) {
        out.array()[to + c] = tile[p * width + c] + bias[channel + c];
      }
    }
  }
}
