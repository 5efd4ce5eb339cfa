package dev.graft.backend.cpu;

import dev.graft.backend.BoundKernels;
import dev.graft.backend.CopyKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;

/**
 * Copies to one place, again and again: flat where both sides lie in the same order, by blocks of
 * pixels from row-major images to channels last and back. Allocates nothing then.
 */
final class ImageCopy implements BoundKernels.Intake, Parallel.RangeBody {
  private static final int FLAT = 1 << 16;

  /** Pixels in a block: with 32 channels of each, 128 KB on either side. */
  private static final int PIXELS = 1024;

  /** Channels that are moved together: a line of 16 pixels by 16 channels stays in L1. */
  private static final int TILE = 16;

  private enum Way {
    FLAT,
    TO_CHANNELS_LAST,
    TO_ROW_MAJOR
  }

  private final View dst;
  private final CopyKernels copies;
  private final float[] to;
  private final int channels;
  private final int pixels;
  private final int blocks;
  private Way way;
  private float[] from;
  private int start;

  ImageCopy(View dst, CopyKernels copies) {
    this.dst = dst;
    this.copies = copies;
    this.to = dst.array();
    boolean image = dst.shape().rank() == 4;
    this.channels = image ? dst.dim(1) : 1;
    this.pixels = image ? dst.dim(2) * dst.dim(3) : dst.numel();
    this.blocks = Math.ceilDiv(pixels, PIXELS);
  }

  @Override
  public void take(View src) {
    way = way(src.layout(), dst.layout());
    if (way == null) {
      copies.copy(src, dst);
      return;
    }
    from = src.array();
    start = src.offset();
    if (way == Way.FLAT) {
      Parallel.forRange(dst.numel(), FLAT, this);
    } else {
      int each = Math.max(1, FLAT / (PIXELS * channels));
      Parallel.forRange(dst.dim(0) * blocks, each, this);
    }
    from = null;
  }

  /** Whether a copy between these is one of those that this class does itself. */
  static boolean fits(Layout src, Layout dst) {
    return way(src, dst) != null;
  }

  private static Way way(Layout src, Layout dst) {
    if (src.sameOrder(dst) && dst.isDense()) {
      return Way.FLAT;
    }
    if (src.isRowMajor() && dst.isChannelsLast()) {
      return Way.TO_CHANNELS_LAST;
    }
    return src.isChannelsLast() && dst.isRowMajor() ? Way.TO_ROW_MAJOR : null;
  }

  @Override
  public void run(int first, int last) {
    if (way == Way.FLAT) {
      System.arraycopy(from, start + first, to, dst.offset() + first, last - first);
      return;
    }
    for (int u = first; u < last; u++) {
      int image = u / blocks * channels * pixels;
      int pixel = u % blocks * PIXELS;
      int end = Math.min(pixels, pixel + PIXELS);
      if (way == Way.TO_CHANNELS_LAST) {
        for (int c = 0; c < channels; c += TILE) {
          interleave(image, pixel, end, c, Math.min(channels, c + TILE));
        }
      } else {
        for (int c = 0; c < channels; c += TILE) {
          separate(image, pixel, end, c, Math.min(channels, c + TILE));
        }
      }
    }
  }

  private void interleave(int image, int pixel, int end, int channel, int lastChannel) {
    int in = start + image;
    int out = dst.offset() + image;
    if (channels == 3) {
      interleave3(in + pixel, out + 3 * pixel, end - pixel);
      return;
    }
    for (int p = pixel; p < end; p++) {
      int at = out + p * channels;
      for (int c = channel, i = in + channel * pixels + p; c < lastChannel; c++, i += pixels) {
        to[at + c] = from[i];
      }
    }
  }

  /** Colour images: what nearly every network is given. */
  private void interleave3(int in, int out, int count) {
    for (int p = 0, i = in, o = out; p < count; p++, i++, o += 3) {
      to[o] = from[i];
      to[o + 1] = from[i + pixels];
      to[o + 2] = from[i + 2 * pixels];
    }
  }

  private void separate(int image, int pixel, int end, int channel, int lastChannel) {
    int in = start + image;
    int out = dst.offset() + image;
    for (int p = pixel; p < end; p++) {
      int at = in + p * channels;
      for (int c = channel, o = out + channel * pixels + p; c < lastChannel; c++, o += pixels) {
        to[o] = from[at + c];
      }
    }
  }
}
