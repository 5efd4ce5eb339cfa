package dev.graft.backend;

/**
 * The sizes of one 2-D convolution: input [n, inChannels, height, width], weight [outChannels,
 * inChannels/groups, kernelH, kernelW], output [n, outChannels, outH(), outW()].
 */
public record ConvShape(
    int n,
    int inChannels,
    int height,
    int width,
    int outChannels,
    int kernelH,
    int kernelW,
    int strideH,
    int strideW,
    int padH,
    int padW,
    int dilationH,
    int dilationW,
    int groups) {

  public int outH() {
    return (height + 2 * padH - dilationH * (kernelH - 1) - 1) / strideH + 1;
  }

  public int outW() {
    return (width + 2 * padW - dilationW * (kernelW - 1) - 1) / strideW + 1;
  }

  public int inChannelsPerGroup() {
    return inChannels / groups;
  }

  public int outChannelsPerGroup() {
    return outChannels / groups;
  }

  /** Multiply-adds of a forward pass. */
  public long macs() {
    return (long) n * outH() * outW() * outChannels * inChannelsPerGroup() * kernelH * kernelW;
  }
}
