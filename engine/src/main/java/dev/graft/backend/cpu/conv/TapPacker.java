package dev.graft.backend.cpu.conv;

import dev.graft.backend.cpu.gemm.RowPacker;
import java.util.Arrays;

/**
 * A channels-last image batch seen as the left matrix of a convolution, without ever writing that
 * matrix out (im2col): row = pixel, column = (tap, channel). Pixels outside the image are zero.
 */
final class TapPacker implements RowPacker {
  private final float[] source;
  private final int at;
  private final int height;
  private final int width;
  private final int pixel;
  private final int channels;
  private final int rowsH;
  private final int rowsW;
  private final Taps taps;
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
    this.run = runs(taps, pixel == channels);
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
    int image = row / (rowsH * rowsW);
    int inImage = row - image * rowsH * rowsW;
    int y = inImage / rowsW * taps.stepY();
    int x = inImage % rowsW * taps.stepX();
    int base = at + image * height * width * pixel;
    int tap = k / channels;
    int channel = k - tap * channels;
    for (int left = count; left > 0; ) {
      int sy = y + taps.dy()[tap];
      int sx = x + taps.dx()[tap];
      boolean rowInside = sy >= 0 && sy < height;
      int joined = rowInside && (sx < 0 || sx + run[tap] > width) ? 1 : run[tap];
      int length = Math.min(left, joined * channels - channel);
      if (rowInside && sx >= 0 && sx < width) {
        copy(base + (sy * width + sx) * pixel + channel, panel, to, length);
      } else {
        Arrays.fill(panel, to, to + length, 0);
      }
      left -= length;
      to += length;
      channel += length;
      tap += channel / channels;
      channel %= channels;
    }
  }

  private void copy(int from, float[] panel, int to, int length) {
    if (length < 8) {
      for (int i = 0; i < length; i++) {
        panel[to + i] = source[from + i];
      }
    } else {
      System.arraycopy(source, from, panel, to, length);
    }
  }
}
