package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;
import dev.graft.backend.View;
import dev.graft.backend.cpu.BufferPool;
import dev.graft.backend.cpu.Parallel;
import dev.graft.backend.cpu.gemm.Blocking;
import dev.graft.backend.cpu.gemm.Gemm;
import dev.graft.backend.cpu.gemm.PackedB;
import dev.graft.backend.cpu.gemm.RowPacker;
import java.util.Arrays;

/**
 * The weight gradient of one group as a matrix product: gradOutᵀ [outputs, pixels] times the image
 * matrix [pixels, taps · channels]. The pixels are cut into spans by sizes alone; the spans' sums
 * are added in order.
 */
final class PackedWeightGradient {
  /** Floats of the image matrix packed at a time: about 1 MB, so that they are read from L2. */
  private static final int CHUNK = 1 << 18;

  /** Spans at most, and floats of partial sums at most. */
  private static final int SPANS = 16;

  private static final int PARTIAL_FLOATS = 1 << 22;

  private final BufferPool pool;
  private final TapPacker image;
  private final float[] grad;
  private final int gradAt;
  private final int gradPixel;
  private final int pixels;
  private final int outputs;
  private final int columns;

  /** The whole gradient; x and gradOut lie channels last. */
  static void run(BufferPool pool, ConvShape s, View x, View gradOut, View gradWeight) {
    Taps taps = Taps.forward(s);
    int channels = s.inChannelsPerGroup();
    int outputs = s.outChannelsPerGroup();
    for (int g = 0; g < s.groups(); g++) {
      PackedWeightGradient product =
          new PackedWeightGradient(
              pool,
              TapPacker.forward(s, x, g, taps),
              gradOut.array(),
              gradOut.offset() + g * outputs,
              s.outChannels(),
              s.n() * s.outH() * s.outW(),
              outputs,
              taps.count() * channels);
      float[] sums = product.run();
      scatter(sums, taps.count(), channels, gradWeight, g * outputs, outputs);
      pool.give(sums);
    }
  }

  /** From [out][tap][channel] to the weight's [out, channel, kh, kw]. */
  private static void scatter(
      float[] sums, int taps, int channels, View weight, int firstOut, int outputs) {
    Parallel.forRange(
        outputs,
        Math.max(1, (1 << 14) / Math.max(1, taps * channels)),
        (first, end) -> {
          int from = first * taps * channels;
          for (int o = first; o < end; o++) {
            for (int t = 0; t < taps; t++) {
              int to = weight.offset() + (firstOut + o) * channels * taps + t;
              for (int c = 0; c < channels; c++) {
                weight.array()[to + c * taps] = sums[from++];
              }
            }
          }
        });
  }

  private PackedWeightGradient(
      BufferPool pool,
      TapPacker image,
      float[] grad,
      int gradAt,
      int gradPixel,
      int pixels,
      int outputs,
      int columns) {
    this.pool = pool;
    this.image = image;
    this.grad = grad;
    this.gradAt = gradAt;
    this.gradPixel = gradPixel;
    this.pixels = pixels;
    this.outputs = outputs;
    this.columns = columns;
  }

  /** The sums [outputs, taps · channels], in a pooled array that the caller gives back. */
  private float[] run() {
    int size = outputs * columns;
    int kc = Blocking.KC;
    int chunk = Math.max(1, CHUNK / columns / kc) * kc;
    int chunks = (pixels + chunk - 1) / chunk;
    int spans = Math.clamp(PARTIAL_FLOATS / Math.max(1, size), 1, Math.clamp(chunks, 1, SPANS));
    int chunksPerSpan = (chunks + spans - 1) / spans;
    float[] partial = pool.take(spans * size);
    Arrays.fill(partial, 0, spans * size, 0);
    Parallel.forRange(
        spans,
        1,
        (from, to) -> {
          for (int span = from; span < to; span++) {
            int first = span * chunksPerSpan;
            int last = Math.min(chunks, first + chunksPerSpan);
            for (int c = first; c < last; c++) {
              int start = c * chunk;
              addChunk(start, Math.min(pixels, start + chunk), partial, span * size);
            }
          }
        });
    float[] sums = pool.take(size);
    System.arraycopy(partial, 0, sums, 0, size);
    for (int span = 1; span < spans; span++) {
      int at = span * size;
      for (int i = 0; i < size; i++) {
        sums[i] += partial[at + i];
      }
    }
    pool.give(partial);
    return sums;
  }

  private void addChunk(int start, int end, float[] sums, int at) {
    float[] packed = pool.take(PackedB.length(end - start, columns));
    PackedB b =
        PackedB.packPanels(
            end - start,
            columns,
            (column, count, to, toAt) ->
                image.pack(start, end - start, column, count, to, toAt, Blocking.NR),
            packed);
    RowPacker a = RowPacker.strided(grad, gradAt + start * gradPixel, 1, gradPixel);
    Gemm.run(outputs, a, b, null, 0, true, sums, row -> at + row * columns);
    pool.give(packed);
  }
}
