package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;
import dev.graft.backend.View;
import dev.graft.backend.cpu.BufferPool;
import dev.graft.backend.cpu.Parallel;
import dev.graft.backend.cpu.RowLoops;
import dev.graft.backend.cpu.Vectors;
import java.util.Arrays;

/**
 * The weight gradient of one group for machines with 32 vector registers ({@link
 * TiledWeightGradient} is for 16): over all output pixels, the outer products of what the taps read
 * and of the output's gradient. A block of pixels is a few hundred, so that its gradients (two
 * vectors of outputs) stay in L1 while the taps pass over them from L2; where two vectors hold all
 * outputs they are read where they lie, and what else comes along is summed and left out. The
 * blocks are cut into spans by sizes alone; the spans' sums are added in order.
 */
final class DirectWeightGradient {
  private static final int L = Vectors.LANES;

  /** Outputs in a panel of gradients. */
  private static final int NR = 2 * L;

  /** Pixels in a block: 32 KB of gradients at 512 bits. */
  private static final int PIXELS = 256;

  /** Tasks aimed at; and floats of partial sums at most, 16 MB. */
  private static final int TASKS = 16;

  private static final int PARTIAL_FLOATS = 1 << 22;

  /** Floats that a task of the last pass adds: about 5 µs. */
  private static final int SCATTERED = 1 << 15;

  private final BufferPool pool;
  private final int n;
  private final Patches patches;
  private final TapRuns runs;
  private final int tiles;
  private final int outputs;
  private final int panels;
  private final int panelSize;
  private final int rows;
  private final int images;

  private DirectWeightGradient(BufferPool pool, int n, Patches patches, int outputs) {
    this.pool = pool;
    this.n = n;
    this.patches = patches;
    this.outputs = outputs;
    runs = TapRuns.of(patches, OuterProducts14.ROWS);
    tiles = Math.ceilDiv(runs.length, OuterProducts14.ROWS);
    panels = Math.ceilDiv(outputs, NR);
    panelSize = runs.count * tiles * OuterProducts14.ROWS * NR;
    rows = Math.clamp(PIXELS / patches.outW(), 1, patches.outH());
    images = rows < patches.outH() ? 1 : Math.clamp(PIXELS / (rows * patches.outW()), 1, n);
  }

  /** Rows and images so large that the sums' loops and stores pay. */
  static boolean accepts(ConvShape s) {
    return TapRuns.isShort(Patches.forward(s))
        || s.outW() >= 12 && s.n() * s.outH() * s.outW() >= 1024;
  }

  /** The whole gradient; x and gradOut lie channels last. */
  static void run(BufferPool pool, ConvShape s, View x, View gradOut, View gradWeight) {
    int outputs = s.outChannelsPerGroup();
    int channels = s.inChannelsPerGroup();
    DirectWeightGradient group = of(pool, s);
    for (int g = 0; g < s.groups(); g++) {
      group.run(
          new Operands(
              x.array(),
              x.offset() + g * channels,
              gradOut.array(),
              gradOut.offset() + g * outputs,
              s.outChannels()),
          gradWeight.array(),
          gradWeight.offset() + g * outputs * channels * s.kernelH() * s.kernelW());
    }
  }

  private static DirectWeightGradient of(BufferPool pool, ConvShape s) {
    boolean pointwise =
        s.kernelH() * s.kernelW() == 1
            && s.strideH() * s.strideW() == 1
            && s.padH() + s.padW() == 0;
    int outputs = s.outChannelsPerGroup();
    Patches p = Patches.forward(s);
    if (!pointwise) {
      return new DirectWeightGradient(pool, s.n(), p, outputs);
    }
    int pixels = s.n() * s.height() * s.width();
    int width = PIXELS;
    while (pixels % width != 0) {
      width--;
    }
    width = Math.max(width, s.width());
    int height = pixels / width;
    Patches flat =
        new Patches(height, width, p.pixel(), p.channels(), 1, 1, 1, 1, 0, 0, 1, 1, height, width);
    return new DirectWeightGradient(pool, 1, flat, outputs);
  }

  /** The arrays of one call: the first element of this group of pixel 0 in each. */
  private record Operands(float[] x, int xAt, float[] grad, int gradAt, int gradPixel) {}

  /** Writes the gradient [outputs, channels, kernelH, kernelW] to {@code weight[weightAt …]}. */
  private void run(Operands all, float[] weight, int weightAt) {
    int blocksPerImage = Math.ceilDiv(patches.outH(), rows);
    int blocks = Math.ceilDiv(n, images) * blocksPerImage;
    int size = panels * panelSize;
    int most = Math.clamp(PARTIAL_FLOATS / size, 1, TASKS);
    int perSpan = Math.ceilDiv(blocks, Math.min(most, blocks));
    int spans = Math.ceilDiv(blocks, perSpan);
    int perGroup = Math.ceilDiv(panels, Math.clamp(TASKS / spans, 1, panels));
    int groups = Math.ceilDiv(panels, perGroup);
    float[] partial = pool.take(spans * size);
    Parallel.forRange(
        spans * groups,
        1,
        (from, to) -> {
          for (int task = from; task < to; task++) {
            int span = task / groups;
            int panel = task % groups * perGroup;
            int end = Math.min(panels, panel + perGroup);
            int last = Math.min(blocks, (span + 1) * perSpan);
            sum(all, span * perSpan, last, panel, end, partial, span * size);
          }
        });
    Parallel.forRange(
        panels * runs.count * runs.length,
        Math.max(1, SCATTERED / (spans * NR)),
        (from, to) -> scatter(partial, spans, size, from, to, weight, weightAt));
    pool.give(partial);
  }

  private void sum(Operands all, int block, int last, int panel, int end, float[] partial, int at) {
    int copy = runs.isInPlace() ? 0 : runs.size(rows);
    float[] taps = pool.take(images * copy + TapRuns.SLACK);
    float[] grads = pool.take(images * rows * patches.outW() * NR);
    Arrays.fill(partial, at + panel * panelSize, at + end * panelSize, 0);
    int blocksPerImage = Math.ceilDiv(patches.outH(), rows);
    int imageSize = patches.height() * patches.width() * patches.pixel();
    int image = block / blocksPerImage * images;
    for (int b = block; b < last; b++, image = b / blocksPerImage * images) {
      int row = b % blocksPerImage * rows;
      int height = Math.min(rows, patches.outH() - row);
      int count = Math.min(images, n - image);
      for (int i = 0; copy > 0 && i < count; i++) {
        runs.copy(pool, all.x, all.xAt + (image + i) * imageSize, row, height, taps, i * copy);
      }
      float[] x = copy > 0 ? taps : all.x;
      int xAt = copy > 0 ? 0 : all.xAt + image * imageSize + row * runs.line;
      int distance = copy > 0 ? copy : imageSize;
      int pixel = (image * patches.outH() + row) * patches.outW();
      for (int p = panel; p < end; p++) {
        int pixels = count * height * patches.outW();
        int gradAt = all.gradAt + pixel * all.gradPixel;
        if (panels == 1 && gradAt + (pixels - 1) * all.gradPixel + NR <= all.grad.length) {
          addBlock(
              x, xAt, distance, count, height, p, all.grad, gradAt, all.gradPixel, partial, at);
        } else {
          pack(all, pixel, pixels, p, grads);
          addBlock(x, xAt, distance, count, height, p, grads, 0, NR, partial, at);
        }
      }
    }
    pool.give(taps);
    pool.give(grads);
  }

  /** Copies the gradients of one panel of outputs, zeros behind the last output. */
  private void pack(Operands all, int pixel, int pixels, int panel, float[] to) {
    int columns = Math.min(NR, outputs - panel * NR);
    int from = all.gradAt + pixel * all.gradPixel + panel * NR;
    for (int i = 0; i < pixels; i++, from += all.gradPixel) {
      System.arraycopy(all.grad, from, to, i * NR, columns);
      if (columns < NR) {
        Arrays.fill(to, i * NR + columns, (i + 1) * NR, 0);
      }
    }
  }

  private void addBlock(
      float[] x,
      int xAt,
      int distance,
      int count,
      int height,
      int panel,
      float[] grads,
      int gradAt,
      int gradStep,
      float[] partial,
      int at) {
    boolean both = outputs - panel * NR > L;
    int target = at + panel * panelSize;
    int tile = OuterProducts14.ROWS * NR;
    int pixels = height * patches.outW();
    boolean flat = runs.isFlat();
    for (int r = 0; r < runs.count; r++) {
      for (int t = 0; t < tiles; t++, target += tile) {
        int from = xAt + runs.at(r) + start(t);
        for (int i = 0; i < (flat ? 1 : count); i++) {
          OuterProducts14.run(
              x,
              from + i * distance,
              runs.step,
              runs.line,
              patches.outW(),
              flat ? count * pixels : pixels,
              grads,
              gradAt + i * pixels * gradStep,
              gradStep,
              both,
              partial,
              target);
        }
      }
    }
  }

  /** Where tile {@code t} of a run starts: in place, the last one must not read beyond the run. */
  private int start(int t) {
    int start = t * OuterProducts14.ROWS;
    return runs.isInPlace() ? Math.min(start, runs.length - OuterProducts14.ROWS) : start;
  }

  /** Adds the spans' sums of some values of x and writes them in the weight's order. */
  private void scatter(
      float[] partial, int spans, int size, int from, int to, float[] weight, int weightAt) {
    int perOutput = patches.channels() * patches.taps();
    float[] sums = new float[NR];
    for (int u = from; u < to; u++) {
      int panel = u / (runs.count * runs.length);
      int columns = Math.min(NR, outputs - panel * NR);
      int r = u / runs.length % runs.count;
      int i = u % runs.length;
      int tile = Math.min(i / OuterProducts14.ROWS, tiles - 1);
      int slot = (r * tiles + tile) * OuterProducts14.ROWS + i - start(tile);
      int at = panel * panelSize + slot * NR;
      System.arraycopy(partial, at, sums, 0, NR);
      for (int span = 1; span < spans; span++) {
        RowLoops.addOne(partial, at + span * size, sums, NR);
      }
      int w = weightAt + panel * NR * perOutput + runs.weight(r, i);
      for (int j = 0; j < columns; j++, w += perOutput) {
        weight[w] = sums[j];
      }
    }
  }
}
