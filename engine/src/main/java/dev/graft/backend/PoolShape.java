package dev.graft.backend;

/**
 * The sizes of one 2-D pooling: input [n, c, height, width], output [n, c, outH, outW]. Windows are
 * clipped to the input; {@code countIncludePad} says whether an average divides by the padded
 * window's size as PyTorch counts it (the window clipped to the input plus padding).
 */
public record PoolShape(
    int n,
    int c,
    int height,
    int width,
    int kernelH,
    int kernelW,
    int strideH,
    int strideW,
    int padH,
    int padW,
    int outH,
    int outW,
    boolean countIncludePad) {}
