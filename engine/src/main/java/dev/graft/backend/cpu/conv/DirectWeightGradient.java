package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;
import dev.graft.backend.Lines;
import dev.graft.backend.View;
import dev.graft.backend.cpu.BufferPool;
import dev.graft.backend.cpu.Caches;
import dev.graft.backend.cpu.Parallel;
import dev.graft.backend.cpu.RowLoops;
import dev.graft.backend.cpu.Vectors;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The weight gradient of one group: over all output pixels, the outer products of what the taps
 * read and of the output's gradient, a block of pixels at a time. The gradients are packed by
 * panels of two vectors of outputs, what the taps read by tiles of a few values. A panel and a tile
 * of a block lie in L1 or close by, some tiles in L2, and pass over all panels from there. With 32
 * registers and few panels x is read where it lies instead, and a lone panel's gradients as well.
 * Blocks are cut into spans by sizes alone; the spans' sums are added in order.
 */
final class DirectWeightGradient {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  /** Outputs in a panel of gradients; values of x in a tile. */
  private static final int NR = 2 * L;

  private static final int ROWS = OuterProducts.ROWS;
  private static final int STEP = OuterProducts.STEP;

  /**
   * Pixels in a block at most: a panel of 16 KB and tiles of 8 KB at 256 bits, twice that at 512.
   */
  private static final int PIXELS = 256;

  /**
   * Floats of x packed at a time: 128 KB of 512 KB of L2. With 1 MB as much as 19 tiles of 16 KB
   * take, so that 256 channels are read in one run: 256→64@56 from 0.87 to 0.95 of what an unpacked
   * x had there.
   */
  private static final int PACKED = Caches.L2 >= 1 << 20 ? 5 << 14 : 1 << 15;

  /** Tiles and panels of a block lie a cache line more than they take apart. */
  private static final int GAP = 16;

  /** Tasks aimed at; floats of partial sums at most, 16 MB; panels of a task at least. */
  private static final int TASKS = 16;

  private static final int PARTIAL_FLOATS = 1 << 22;
  private static final int LEAST_PANELS = 8;

  /**
   * Panels up to which packing x does not pay where it can be read in place: 3×3 taps on 16
   * channels for 32 outputs run at 0.86 of the speed packed, 3 channels for 16 at 0.75.
   */
  private static final int FEW_PANELS = 2;

  /** Blocks under which tasks may have half as many panels, since there are few spans. */
  private static final int FEW_BLOCKS = 8;

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
  private final boolean packs;

  /**
   * Whether a block reads all of x between its first value and its last: no other group's, and no
   * pixels between strides. Reading ahead, and all at once, is worth it then only: without, 1×1
   * taps of stride 2 have 1.08 to 1.18 of the speed (256→512@56, 512→1024@28, 1024→2048@14; Zen 5).
   */
  private final boolean readsAll;

  private final int tileDistance;
  private final int tilesAtOnce;

  private DirectWeightGradient(BufferPool pool, ConvShape s) {
    this.pool = pool;
    n = s.n();
    patches = Patches.forward(s);
    outputs = s.outChannelsPerGroup();
    runs = TapRuns.of(patches);
    tiles = Math.ceilDiv(runs.length, ROWS);
    panels = Math.ceilDiv(outputs, NR);
    panelSize = runs.count * tiles * ROWS * NR;
    rows = evenly(patches.outH(), PIXELS / patches.outW());
    images = rows < patches.outH() ? 1 : evenly(n, PIXELS / (rows * patches.outW()));
    packs = !OuterProducts.WIDE || panels > FEW_PANELS;
    readsAll = patches.pixel() == patches.channels() && patches.stepX() <= patches.kernelW();
    tileDistance = mostPixels() * STEP + GAP;
    tilesAtOnce = Math.clamp(PACKED / tileDistance, 1, tiles);
  }

  /** {@code total} in as few parts as there are of {@code most}, all of about the same size. */
  private static int evenly(int total, int most) {
    int part = Math.clamp(most, 1, total);
    return Math.ceilDiv(total, Math.ceilDiv(total, part));
  }

  /** The whole gradient; x and gradOut lie channels last. */
  static void run(BufferPool pool, ConvShape s, View x, View gradOut, View gradWeight) {
    int outputs = s.outChannelsPerGroup();
    int channels = s.inChannelsPerGroup();
    DirectWeightGradient group = new DirectWeightGradient(pool, s);
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

  /** The arrays of one call: the first element of this group of pixel 0 in each. */
  private record Operands(float[] x, int xAt, float[] grad, int gradAt, int gradPixel) {}

  /** Writes the gradient [outputs, channels, kernelH, kernelW] to {@code weight[weightAt …]}. */
  private void run(Operands all, float[] weight, int weightAt) {
    int blocks = Math.ceilDiv(n, images) * Math.ceilDiv(patches.outH(), rows);
    int size = panels * panelSize;
    int least = blocks < FEW_BLOCKS ? LEAST_PANELS / 2 : LEAST_PANELS;
    int groups = Math.clamp(panels / least, 1, TASKS);
    int most = Math.clamp(PARTIAL_FLOATS / size, 1, Math.ceilDiv(TASKS, groups));
    int perSpan = Math.ceilDiv(blocks, Math.min(most, blocks));
    int spans = Math.ceilDiv(blocks, perSpan);
    int perGroup = Math.ceilDiv(panels, Math.clamp(TASKS / spans, 1, groups));
    int tasks = Math.ceilDiv(panels, perGroup);
    float[] partial = pool.take(spans * size);
    Parallel.forRange(
        spans * tasks,
        1,
        (from, to) -> {
          for (int task = from; task < to; task++) {
            int span = task / tasks;
            int panel = task % tasks * perGroup;
            int end = Math.min(panels, panel + perGroup);
            int last = Math.min(blocks, (span + 1) * perSpan);
            sum(all, span * perSpan, last, panel, end, partial, span * size);
          }
        });
    Parallel.forRange(
        panels * runs.count * tiles,
        Math.max(1, SCATTERED / (spans * ROWS * NR)),
        (from, to) -> scatter(partial, spans, size, from, to, weight, weightAt));
    pool.give(partial);
  }

  /**
   * Reads every line of a block, many at a time, so that packing some of each pixel's channels
   * finds it in L2: 6 to 9 % where x has 256 channels and 128 KB are packed at a time.
   *
   * @return something that depends on all of it
   */
  private static float touch(float[] a, int from, int to) {
    float s = 0;
    float t = 0;
    float u = 0;
    float v = 0;
    int i = from;
    for (; i < to - 48; i += 64) {
      s += a[i];
      t += a[i + 16];
      u += a[i + 32];
      v += a[i + 48];
    }
    return s + t + u + v;
  }

  private void sum(Operands all, int block, int last, int panel, int end, float[] partial, int at) {
    float[] packed = pool.take(packs ? tilesAtOnce * tileDistance : 0);
    float[] grads = pool.take(Lines.longArray((end - panel) * (mostPixels() * NR + GAP)));
    float[] copies = pool.take(copySize() + TapRuns.SLACK);
    for (int b = block; b < last; b++) {
      Block of = block(all, b, copies);
      Grads g = grads(all, of, panel, end, grads);
      if (packs) {
        boolean more = b + 1 < last && readsAll;
        int kernelRuns = (end - panel) * runs.count * tiles;
        ReadAhead ahead = more ? ahead(all, b + 1, of.pixels(), kernelRuns) : ReadAhead.nothing();
        multiplyPacked(of, g, panel, end, packed, ahead, b > block, partial, at);
      } else {
        multiplyInPlace(of, g, panel, end, b > block, partial, at);
      }
    }
    pool.give(packed);
    pool.give(grads);
    pool.give(copies);
  }

  private int mostPixels() {
    return images * rows * patches.outW();
  }

  /**
   * The gradients of a block.
   *
   * @param distance from a panel to the next
   * @param step from a pixel to the next
   */
  private record Grads(float[] array, int at, int distance, int step) {}

  /** Where the gradients of a block lie: in place, if one panel holds all outputs. */
  private Grads grads(Operands all, Block of, int panel, int end, float[] packed) {
    int from = all.gradAt + of.pixel * all.gradPixel;
    boolean constant = all.gradPixel == NR || !packs;
    if (panels == 1
        && constant
        && from + (of.pixels() - 1) * all.gradPixel + NR <= all.grad.length) {
      return new Grads(all.grad, from, 0, all.gradPixel);
    }
    packGrads(all, of.pixel, of.pixels(), panel, end, packed);
    return new Grads(packed, Lines.FIRST, of.pixels() * NR + GAP, NR);
  }

  /**
   * What block {@code b} will read, while the kernel runs {@code kernelRuns} times over {@code
   * pixels}. 64→256@56 gains 12 %, 128→512@28 8 %, 256→1024@14 and 1024→256@14 2 %; the products of
   * wide layers take so much longer than their data.
   */
  private ReadAhead ahead(Operands all, int b, int pixels, int kernelRuns) {
    int perImage = Math.ceilDiv(patches.outH(), rows);
    int image = b / perImage * images;
    int row = b % perImage * rows;
    int lines = Math.min(rows, patches.outH() - row);
    int count = Math.min(images, n - image);
    int line = patches.width() * patches.pixel();
    int top = row * patches.stepY() - patches.padTop();
    int first = image * patches.height() + Math.max(0, top);
    int last =
        (image + count - 1) * patches.height()
            + Math.min(patches.height(), top + patches.sourceRows(lines));
    int pixel = (image * patches.outH() + row) * patches.outW();
    int grad = all.gradAt + pixel * all.gradPixel;
    int gradEnd = grad + count * lines * patches.outW() * all.gradPixel;
    return new ReadAhead(
        pixels,
        kernelRuns,
        new ReadAhead.Range(all.grad, grad, gradEnd),
        new ReadAhead.Range(all.x, all.xAt + first * line, all.xAt + last * line));
  }

  /** Packs some tiles of the block at a time, and passes each panel over them. */
  private void multiplyPacked(
      Block of,
      Grads g,
      int panel,
      int end,
      float[] packed,
      ReadAhead ahead,
      boolean add,
      float[] sums,
      int at) {
    if (of.isImage && tilesAtOnce < tiles && readsAll) {
      int length = (of.images - 1) * of.distance + of.lines * runs.line;
      packed[packed.length - 1] = touch(of.x, of.at, Math.min(of.x.length, of.at + length));
    }
    for (int r = 0; r < runs.count; r++) {
      for (int t = 0; t < tiles; t += tilesAtOnce) {
        int count = Math.min(tilesAtOnce, tiles - t);
        packTiles(of, runs.at(r) + t * ROWS, count, packed, tileDistance);
        for (int p = panel, q = g.at; p < end; p++, q += g.distance) {
          int to = at + p * panelSize + (r * tiles + t) * ROWS * NR;
          boolean both = outputs - p * NR > L;
          for (int i = 0, x = 0; i < count; i++, x += tileDistance, to += ROWS * NR) {
            ahead.advance();
            OuterProducts.run(packed, x, g.array, q, of.pixels(), both, add, ahead, sums, to);
          }
        }
      }
    }
    packed[packed.length - 1] = ahead.seen();
  }

  /** Reads x where it lies; all pixels in one run, if images follow each other as lines do. */
  private void multiplyInPlace(
      Block of, Grads g, int panel, int end, boolean add, float[] sums, int at) {
    boolean flat = of.distance == of.lines * runs.line;
    int runsOfPixels = flat ? 1 : of.images;
    int pixels = of.pixels() / runsOfPixels;
    for (int p = panel, q = g.at; p < end; p++, q += g.distance) {
      boolean both = outputs - p * NR > L;
      int to = at + p * panelSize;
      for (int r = 0; r < runs.count; r++) {
        for (int t = 0; t < tiles; t++, to += ROWS * NR) {
          int x = of.at + runs.at(r) + t * ROWS;
          for (int i = 0; i < runsOfPixels; i++) {
            OuterProducts13.run(
                of.x,
                x + i * of.distance,
                runs.step,
                runs.line,
                of.columns,
                pixels,
                g.array,
                q + i * pixels * g.step,
                g.step,
                both,
                add || i > 0,
                sums,
                to);
          }
        }
      }
    }
  }

  /**
   * A block of output pixels: {@code images} times {@code lines} lines.
   *
   * @param pixel its first one
   * @param x what its taps read, from {@code at} on, {@code distance} from image to image
   * @param isImage whether x is the image itself and not a copy
   */
  private record Block(
      float[] x,
      int at,
      int distance,
      int pixel,
      int images,
      int lines,
      int columns,
      boolean isImage) {
    int pixels() {
      return images * lines * columns;
    }
  }

  /** Floats that a copy of what a block reads takes. */
  private int copySize() {
    int line = patches.width() * patches.pixel();
    return !runs.isInPlace()
        ? images * runs.size(rows)
        : images == 1 ? patches.sourceRows(rows) * line : images * patches.height() * line;
  }

  /** Floats from a block's first value to behind the last that is read. */
  private int reach(int count, int lines, int imageSize) {
    int pixel =
        (count - 1) * imageSize + (lines - 1) * runs.line + (patches.outW() - 1) * runs.step;
    return pixel + runs.at(runs.count - 1) + (tiles - 1) * ROWS + STEP;
  }

  /** Where what a block reads lies: in place, if it is unpadded and does not end its array. */
  private Block block(Operands all, int b, float[] copies) {
    int perImage = Math.ceilDiv(patches.outH(), rows);
    int image = b / perImage * images;
    int row = b % perImage * rows;
    int lines = Math.min(rows, patches.outH() - row);
    int count = Math.min(images, n - image);
    int imageSize = patches.height() * patches.width() * patches.pixel();
    int pixel = (image * patches.outH() + row) * patches.outW();
    float[] x = all.x;
    int at = all.xAt + image * imageSize + row * runs.line;
    int distance = imageSize;
    if (!runs.isInPlace()) {
      x = copies;
      distance = runs.size(rows);
      for (int i = 0; i < count; i++) {
        int from = all.xAt + (image + i) * imageSize;
        runs.copy(pool, all.x, from, row, lines, copies, i * distance);
      }
      at = 0;
    } else if (at + reach(count, lines, imageSize) > all.x.length) {
      System.arraycopy(all.x, at, copies, 0, all.x.length - at);
      x = copies;
      at = 0;
    }
    return new Block(x, at, distance, pixel, count, lines, patches.outW(), x == all.x);
  }

  /**
   * Copies {@code count} tiles, line by line: a tile's values of a pixel follow each other, {@link
   * #STEP} floats from pixel to pixel. The inner loop goes over a line's pixels, since tiles are
   * few where channels are: pixel by pixel, one tile of 5 values took 8 ns a pixel and two thirds
   * of the gradient's time (1→10 channels by 5×5 taps, 64 images of 28×28).
   */
  private void packTiles(Block of, int from, int count, float[] to, int distance) {
    int line = of.columns * STEP;
    for (int i = 0, target = 0; i < of.images; i++) {
      for (int y = 0; y < of.lines; y++, target += line) {
        int pixel = of.at + i * of.distance + y * runs.line + from;
        for (int t = 0, at = target; t < count; t++, pixel += ROWS, at += distance) {
          packLine(of.x, pixel, runs.step, of.columns, to, at);
        }
      }
    }
  }

  private static void packLine(float[] x, int from, int step, int pixels, float[] to, int at) {
    for (int p = 0, i = from, j = at; p < pixels; p++, i += step, j += STEP) {
      for (int k = 0; k < STEP; k += L) {
        FloatVector.fromArray(S, x, i + k).intoArray(to, j + k);
      }
    }
  }

  /**
   * Copies the gradients by panels, from a cache line on; what lies behind the last output is
   * summed and left out.
   */
  private void packGrads(Operands all, int first, int pixels, int panel, int end, float[] to) {
    float[] grad = all.grad;
    int distance = pixels * NR + GAP;
    int from = all.gradAt + first * all.gradPixel + panel * NR;
    int target = Lines.FIRST;
    for (int p = 0; p < pixels; p++, from += all.gradPixel, target += NR) {
      if (from + (end - panel) * NR <= grad.length) {
        for (int i = from, t = target, q = panel; q < end; q++, i += NR, t += distance) {
          FloatVector.fromArray(S, grad, i).intoArray(to, t);
          FloatVector.fromArray(S, grad, i + L).intoArray(to, t + L);
        }
      } else {
        for (int i = from, t = target, q = panel; q < end; q++, i += NR, t += distance) {
          System.arraycopy(grad, i, to, t, Math.min(NR, outputs - q * NR));
        }
      }
    }
  }

  /** Adds the spans' sums of some tiles and writes them in the weight's order. */
  private void scatter(
      float[] partial, int spans, int size, int from, int to, float[] weight, int weightAt) {
    int perOutput = patches.channels() * patches.taps();
    float[] sums = new float[ROWS * NR];
    int[] places = new int[ROWS];
    for (int u = from; u < to; u++) {
      int panel = u / (runs.count * tiles);
      int tile = u % tiles;
      int count = Math.min(ROWS, runs.length - tile * ROWS);
      for (int i = 0; i < count; i++) {
        places[i] = runs.weight(u / tiles % runs.count, tile * ROWS + i);
      }
      System.arraycopy(partial, u * ROWS * NR, sums, 0, sums.length);
      for (int span = 1; span < spans; span++) {
        RowLoops.addOne(partial, u * ROWS * NR + span * size, sums, sums.length);
      }
      int columns = Math.min(NR, outputs - panel * NR);
      int w = weightAt + panel * NR * perOutput;
      for (int j = 0; j < columns; j++, w += perOutput) {
        for (int i = 0; i < count; i++) {
          weight[w + places[i]] = sums[i * NR + j];
        }
      }
    }
  }
}
