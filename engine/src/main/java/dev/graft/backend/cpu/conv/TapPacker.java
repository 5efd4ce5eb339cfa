package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;
import dev.graft.backend.View;
import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.cold.WarmUp;
import dev.graft.backend.cpu.cold.Warming;
import dev.graft.backend.cpu.gemm.Blocking;
import dev.graft.backend.cpu.gemm.RowPacker;
import dev.graft.backend.cpu.gemm.RunPacker;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * A channels-last image batch seen as the left matrix of a convolution, without ever writing that
 * matrix out (im2col): row = pixel, column = (tap, channel). Pixels outside the image are zero.
 */
final class TapPacker implements RowPacker {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  /** Floats of a run that is copied by vectors. */
  private static final int SHORT = 8 * L;

  private static boolean compiled = WarmUp.isOff();

  private final float[] source;
  private final int at;
  private final int height;
  private final int width;
  private final int pixel;
  private final int channels;
  private final int rowsH;
  private final int rowsW;
  private final Taps taps;
  private final int[] dy;
  private final int[] dx;
  private final int[] run;

  /**
   * @param at where channel 0 of this group of pixel (0, 0) of image 0 lies
   * @param pixel floats from one pixel to the next
   * @param channels channels of this group
   * @param rowsH rows of the matrix per image: rowsH·rowsW
   */
  TapPacker(
      float[] source,
      int at,
      int height,
      int width,
      int pixel,
      int channels,
      int rowsH,
      int rowsW,
      Taps taps) {
    this.source = source;
    this.at = at;
    this.height = height;
    this.width = width;
    this.pixel = pixel;
    this.channels = channels;
    this.rowsH = rowsH;
    this.rowsW = rowsW;
    this.taps = taps;
    this.dy = taps.dy();
    this.dx = taps.dx();
    this.run = runs(taps, pixel == channels);
  }

  /** The input of a convolution, for one group; x lies channels last. */
  static TapPacker forward(ConvShape s, View x, int group, Taps taps) {
    int channels = s.inChannelsPerGroup();
    return new TapPacker(
        x.array(),
        x.offset() + group * channels,
        s.height(),
        s.width(),
        s.inChannels(),
        channels,
        s.outH(),
        s.outW(),
        taps);
  }

  /** How many taps from t on read one contiguous run of memory. */
  private static int[] runs(Taps taps, boolean allChannels) {
    int[] run = new int[taps.count()];
    for (int t = run.length - 1; t >= 0; t--) {
      boolean joined =
          allChannels
              && t + 1 < run.length
              && taps.dy()[t + 1] == taps.dy()[t]
              && taps.dx()[t + 1] == taps.dx()[t] + 1;
      run[t] = joined ? run[t + 1] + 1 : 1;
    }
    return run;
  }

  /** Of a 1×1 convolution that takes every pixel. */
  @Override
  public RunPacker runs() {
    boolean every = taps.stepY() == 1 && taps.stepX() == 1 && rowsH == height && rowsW == width;
    boolean inside = taps.count() == 1 && dy[0] == 0 && dx[0] == 0;
    return every && inside ? new RunPacker(source, at, pixel) : null;
  }

  @Override
  public void packRow(int row, int k, int count, float[] panel, int to) {
    pack(row, 1, k, count, panel, to, 0);
  }

  @Override
  public void packRows(int row, int rows, int k, int count, float[] panel, int to) {
    pack(row, rows, k, count, panel, to, Blocking.ROW_STRIDE);
  }

  /**
   * Copies columns {@code k … k+count−1} of several rows, {@code distance} apart in the target: a
   * line of pixels at a time, and of it one run of taps after the other, so that what has to be
   * decided is decided once for many rows. Row by row it took as long as a third of the products of
   * 7×7 taps on 3 channels, and six times those of 3×3 on 3.
   */
  void pack(int row, int rows, int k, int count, float[] to, int at, int distance) {
    int perImage = rowsH * rowsW;
    int image = row / perImage;
    int y = (row - image * perImage) / rowsW;
    int x = row - image * perImage - y * rowsW;
    for (int r = 0; r < rows; ) {
      int pixels = Math.min(rows - r, rowsW - x);
      int base = this.at + image * height * width * pixel;
      packPixels(base, y, x, pixels, k, count, to, at + r * distance, distance);
      r += pixels;
      x = 0;
      if (++y == rowsH) {
        y = 0;
        image++;
      }
    }
  }

  /** Pixels {@code x … x+pixels−1} of line y of the matrix' image. */
  private void packPixels(
      int base, int y, int x, int pixels, int k, int count, float[] to, int at, int distance) {
    int tap = k / channels;
    int channel = k - tap * channels;
    for (int done = 0; done < count; tap += run[tap], channel = 0) {
      int length = Math.min(count - done, run[tap] * channels - channel);
      int line = y * taps.stepY() + dy[tap];
      int first = (x * taps.stepX() + dx[tap]) * pixel + channel;
      if (line < 0 || line >= height) {
        for (int p = 0, t = at + done; p < pixels; p++, t += distance) {
          Arrays.fill(to, t, t + length, 0);
        }
      } else {
        packRuns(base + line * width * pixel, first, pixels, length, to, at + done, distance);
      }
      done += length;
    }
  }

  /** One run of taps of neighbouring pixels, from the line that begins at {@code line}. */
  private void packRuns(
      int line, int first, int pixels, int length, float[] to, int at, int distance) {
    int step = taps.stepX() * pixel;
    int lineEnd = width * pixel;
    int left = Math.clamp(Math.ceilDiv(-first, step), 0, pixels);
    int right = Math.clamp(Math.floorDiv(lineEnd - length - first, step) + 1, left, pixels);
    for (int p = 0; p < left; p++) {
      packBorder(line, first + p * step, length, to, at + p * distance);
    }
    int from = line + first + left * step;
    copyRuns(from, step, right - left, length, to, at + left * distance, distance);
    for (int p = right; p < pixels; p++) {
      packBorder(line, first + p * step, length, to, at + p * distance);
    }
  }

  /** Floats {@code x … x+length−1} of a line; what lies left or right of it is zero. */
  private void packBorder(int line, int x, int length, float[] to, int at) {
    int before = Math.clamp(-x, 0, length);
    int end = Math.clamp(width * pixel - x, before, length);
    Arrays.fill(to, at, at + before, 0);
    if (before < end) {
      System.arraycopy(source, line + x + before, to, at + before, end - before);
    }
    Arrays.fill(to, at + end, at + length, 0);
  }

  /**
   * Runs that lie {@code step} apart. Short ones go by whole vectors, where what is written beyond
   * them is overwritten by the next run or never read: a call of arraycopy takes longer than 48
   * floats, and masked stores take longer still.
   */
  private void copyRuns(
      int from, int step, int rows, int length, float[] to, int at, int distance) {
    boolean spare = distance == Blocking.ROW_STRIDE;
    boolean inside = from + (rows - 1) * step + length + L <= source.length;
    if (length > SHORT || !spare || !inside || !compiled) {
      for (int r = 0; r < rows; r++) {
        System.arraycopy(source, from + r * step, to, at + r * distance, length);
      }
    } else {
      copyVectors(source, from, step, rows, length, to, at, distance);
    }
  }

  private static void copyVectors(
      float[] source, int from, int step, int rows, int length, float[] to, int at, int distance) {
    if (length <= L) {
      for (int r = 0, f = from, t = at; r < rows; r++, f += step, t += distance) {
        FloatVector.fromArray(S, source, f).intoArray(to, t);
      }
    } else if (length <= 2 * L) {
      for (int r = 0, f = from, t = at; r < rows; r++, f += step, t += distance) {
        FloatVector.fromArray(S, source, f).intoArray(to, t);
        FloatVector.fromArray(S, source, f + L).intoArray(to, t + L);
      }
    } else {
      for (int r = 0, f = from, t = at; r < rows; r++, f += step, t += distance) {
        for (int i = 0; i < length; i += L) {
          FloatVector.fromArray(S, source, f + i).intoArray(to, t + i);
        }
      }
    }
  }

  static Warming warming() {
    float[] x = new float[4 * L];
    float[] y = new float[4 * L];
    return new Warming(
        "short runs",
        40,
        () -> {
          copyVectors(x, 0, 0, 4, L, y, 0, 0);
          copyVectors(x, 0, 0, 4, 2 * L, y, 0, 0);
          copyVectors(x, 0, 0, 2, 4 * L, y, 0, 0);
        },
        yes -> compiled = yes);
  }
}
