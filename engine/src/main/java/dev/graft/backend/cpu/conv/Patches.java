package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;

/**
 * The part of an image that each output pixel reads: pixel (y, x) reads, for tap (kh, kw), source
 * pixel {@code (y·stepY − padTop + kh·dilationH, x·stepX − padLeft + kw·dilationW)}, zero outside.
 *
 * @param pixel floats from one source pixel to the next
 * @param channels channels read of each
 */
record Patches(
    int height,
    int width,
    int pixel,
    int channels,
    int kernelH,
    int kernelW,
    int stepY,
    int stepX,
    int padTop,
    int padLeft,
    int dilationH,
    int dilationW,
    int outH,
    int outW) {
  /** What a convolution's output pixels read of one group's input. */
  static Patches forward(ConvShape s) {
    return new Patches(
        s.height(),
        s.width(),
        s.inChannels(),
        s.inChannelsPerGroup(),
        s.kernelH(),
        s.kernelW(),
        s.strideH(),
        s.strideW(),
        s.padH(),
        s.padW(),
        s.dilationH(),
        s.dilationW(),
        s.outH(),
        s.outW());
  }

  int taps() {
    return kernelH * kernelW;
  }

  /** Source rows under {@code rows} output rows. */
  int sourceRows(int rows) {
    return (rows - 1) * stepY + (kernelH - 1) * dilationH + 1;
  }

  /** Source columns under a row of output pixels. */
  int sourceColumns() {
    return (outW - 1) * stepX + (kernelW - 1) * dilationW + 1;
  }
}
