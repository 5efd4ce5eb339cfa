package dev.graft.backend.cpu.conv;

import dev.graft.backend.cpu.BufferPool;
import dev.graft.backend.cpu.Vectors;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * Where the values under an output pixel's taps lie: in runs of neighbours, at the same distances
 * from every pixel. Three ways to have that: in the image itself, where there is no padding; in a
 * copy of its rows with their padding; or, where a row of taps is short, in a copy of each pixel's
 * patch (im2col, a block at a time), so that all taps are one run and all pixels one row.
 */
final class TapRuns {
  private static final int L = Vectors.LANES;

  /** Floats that may be read and written beyond the end of a copy. */
  static final int SLACK = 32;

  private enum Form {
    IN_PLACE,
    PADDED,
    PATCHES
  }

  private final Patches patches;
  private final Form form;

  /** Floats from a pixel to its right neighbour. */
  final int step;

  /** Floats from a row of pixels to the next. */
  final int line;

  /** How many runs there are, and the floats in each. */
  final int count;

  final int length;

  private TapRuns(Patches patches, Form form, int step, int line, int count, int length) {
    this.patches = patches;
    this.form = form;
    this.step = step;
    this.line = line;
    this.count = count;
    this.length = length;
  }

  /**
   * The cheapest of the three for {@link OuterProducts}: patches where they save a sixth of its
   * tiles.
   */
  static TapRuns of(Patches p) {
    TapRuns rows = rows(p);
    int tiles = rows.count * Math.ceilDiv(rows.length, OuterProducts.ROWS);
    int patched = Math.ceilDiv(p.taps() * p.channels(), OuterProducts.ROWS);
    boolean saves = p.taps() > 1 && p.dilationW() == 1 && 6 * patched < 5 * tiles;
    return saves ? patches(p, Math.ceilDiv(p.taps() * p.channels(), L) * L) : rows;
  }

  /** In place or in a copy with padding. */
  private static TapRuns rows(Patches p) {
    boolean in = p.padTop() == 0 && p.padLeft() == 0;
    int pixel = in ? p.pixel() : p.channels();
    int columns = in ? p.width() : p.sourceColumns();
    boolean rows = p.dilationW() == 1 && pixel == p.channels();
    return new TapRuns(
        p,
        in ? Form.IN_PLACE : Form.PADDED,
        p.stepX() * pixel,
        p.stepY() * columns * pixel,
        rows ? p.kernelH() : p.taps(),
        (rows ? p.kernelW() : 1) * p.channels());
  }

  /** All taps in one run, {@code distance} floats from pixel to pixel. */
  static TapRuns patches(Patches p, int distance) {
    return new TapRuns(p, Form.PATCHES, distance, distance * p.outW(), 1, p.taps() * p.channels());
  }

  boolean isInPlace() {
    return form == Form.IN_PLACE;
  }

  /** Where run {@code r} starts, from the pixel's place. */
  int at(int r) {
    int pixel = form == Form.IN_PLACE ? patches.pixel() : patches.channels();
    int row = pixel * (form == Form.IN_PLACE ? patches.width() : patches.sourceColumns());
    int taps = count == patches.taps() ? patches.kernelW() : 1;
    return r / taps * patches.dilationH() * row + r % taps * patches.dilationW() * pixel;
  }

  /** The place in a weight [channels, kernelH, kernelW] of float {@code i} of run {@code r}. */
  int weight(int r, int i) {
    int c = i % patches.channels();
    int tap = r * (length / patches.channels()) + i / patches.channels();
    return c * patches.taps() + tap;
  }

  /** Floats that the copy under {@code rows} output rows takes; {@link #SLACK} is not counted. */
  int size(int rows) {
    return form == Form.PATCHES ? rows * line : paddedSize(rows);
  }

  private int paddedSize(int rows) {
    return patches.sourceRows(rows) * patches.sourceColumns() * patches.channels();
  }

  /** Copies what output rows {@code row … row+rows−1} read of the image at {@code image}. */
  void copy(BufferPool pool, float[] x, int image, int row, int rows, float[] to, int at) {
    if (form == Form.PADDED) {
      copyPadded(x, image, row, rows, to, at);
      return;
    }
    int imageSize = patches.height() * patches.width() * patches.pixel();
    if (patches.padTop() == 0
        && patches.padLeft() == 0
        && patches.pixel() == patches.channels()
        && image + imageSize + SLACK <= x.length) {
      int sourceLine = patches.width() * patches.channels();
      int first = image + row * patches.stepY() * sourceLine;
      copyPatches(x, first, sourceLine, rows, to, at);
      return;
    }
    float[] padded = pool.take(paddedSize(rows) + SLACK);
    copyPadded(x, image, row, rows, padded, 0);
    int sourceLine = patches.sourceColumns() * patches.channels();
    copyPatches(padded, 0, sourceLine, rows, to, at);
    pool.give(padded);
  }

  /** Whole vectors: each run but the last overwrites what the one before wrote beyond its end. */
  private void copyPatches(float[] x, int from, int sourceLine, int rows, float[] to, int at) {
    int run = patches.kernelW() * patches.channels();
    int tapLine = patches.dilationH() * sourceLine;
    int sourceStep = patches.stepX() * patches.channels();
    int target = at;
    for (int r = 0; r < rows; r++) {
      int pixel = from + r * patches.stepY() * sourceLine;
      for (int c = 0; c < patches.outW(); c++, pixel += sourceStep, target += step) {
        for (int kh = 0, i = pixel, t = target; kh < patches.kernelH(); kh++, t += run) {
          for (int k = 0; k < run; k += L) {
            FloatVector.fromArray(Vectors.SPECIES, x, i + k).intoArray(to, t + k);
          }
          i += tapLine;
        }
      }
    }
  }

  private void copyPadded(float[] x, int image, int row, int rows, float[] to, int at) {
    int first = row * patches.stepY() - patches.padTop();
    int length = patches.sourceColumns() * patches.channels();
    for (int r = 0; r < patches.sourceRows(rows); r++) {
      copyRow(x, image, first + r, to, at + r * length);
    }
  }

  /** Copies one row of the image with its padding. */
  private void copyRow(float[] x, int image, int y, float[] to, int at) {
    int columns = patches.sourceColumns();
    int channels = patches.channels();
    if (y < 0 || y >= patches.height()) {
      Arrays.fill(to, at, at + columns * channels, 0);
      return;
    }
    int first = Math.clamp(patches.padLeft(), 0, columns);
    int end = Math.clamp((long) patches.width() + patches.padLeft(), first, columns);
    int from = image + (y * patches.width() + first - patches.padLeft()) * patches.pixel();
    Arrays.fill(to, at, at + first * channels, 0);
    if (patches.pixel() == channels) {
      System.arraycopy(x, from, to, at + first * channels, (end - first) * channels);
    } else {
      for (int c = first; c < end; c++, from += patches.pixel()) {
        System.arraycopy(x, from, to, at + c * channels, channels);
      }
    }
    Arrays.fill(to, at + end * channels, at + columns * channels, 0);
  }
}
