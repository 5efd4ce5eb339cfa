package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;
import dev.graft.backend.View;
import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.gemm.Blocking;
import dev.graft.backend.cpu.gemm.RowPacker;
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

  @Override
  public void packRow(int row, int k, int count, float[] panel, int to) {
    pack(row, 1, k, count, panel, to, 0);
  }

  @Override
  public void packRows(int row, int rows, int k, int count, float[] panel, int to) {
    pack(row, rows, k, count, panel, to, Blocking.ROW_STRIDE);
  }

  /**
   * Copies columns {@code k … k+count−1} of several rows, {@code distance} apart in the target.
   * Goes from pixel to pixel: with 25 columns a row, three divisions a row cost as much as the
   * copying.
   */
  void pack(int row, int rows, int k, int count, float[] to, int at, int distance) {
    boolean spare = distance == Blocking.ROW_STRIDE;
    int perImage = rowsH * rowsW;
    int image = row / perImage;
    int y = (row - image * perImage) / rowsW;
    int x = row - image * perImage - y * rowsW;
    int tap = k / channels;
    int channel = k - tap * channels;
    for (int r = 0, t = at; r < rows; r++, t += distance) {
      int base = this.at + image * height * width * pixel;
      packPixel(base, y * taps.stepY(), x * taps.stepX(), tap, channel, count, to, t, spare);
      if (++x == rowsW) {
        x = 0;
        if (++y == rowsH) {
          y = 0;
          image++;
        }
      }
    }
  }

  private void packPixel(
      int base, int y, int x, int tap, int channel, int count, float[] to, int at, boolean spare) {
    int c = channel;
    for (int t = tap, left = count; left > 0; t += run[t], c = 0) {
      int length = Math.min(left, run[t] * channels - c);
      packRun(base, y + dy[t], (x + dx[t]) * pixel + c, length, to, at, spare);
      left -= length;
      at += length;
    }
  }

  /** Floats {@code x … x+length−1} of image line y; what lies left or right of the line is zero. */
  private void packRun(int base, int y, int x, int length, float[] to, int at, boolean spare) {
    int line = width * pixel;
    if (y < 0 || y >= height || x + length <= 0 || x >= line) {
      Arrays.fill(to, at, at + length, 0);
      return;
    }
    int from = base + y * line + x;
    if (x >= 0 && x + length <= line) {
      copy(from, to, at, length, spare);
      return;
    }
    int before = Math.max(0, -x);
    int end = Math.min(length, line - x);
    Arrays.fill(to, at, at + before, 0);
    copy(from + before, to, at + before, end - before, false);
    Arrays.fill(to, at + end, at + length, 0);
  }

  /**
   * Short runs by whole vectors, where what is written beyond them is overwritten or never read: a
   * call of arraycopy takes longer than 48 floats, and masked stores take longer still.
   */
  private void copy(int from, float[] panel, int to, int length, boolean spare) {
    if (length > SHORT || !spare || from + length + L > source.length) {
      System.arraycopy(source, from, panel, to, length);
      return;
    }
    for (int i = 0; i < length; i += L) {
      FloatVector.fromArray(S, source, from + i).intoArray(panel, to + i);
    }
  }
}
