package dev.graft.backend.opencl;

import dev.graft.backend.ConvShape;

/**
 * Along one axis, the positions {@code phase, phase + stride, …} of a convolution's input, and the
 * taps through which they reach outputs: tap t is kernel element {@code firstTap + t·tapStride},
 * and position i meets output {@code i + first + t·tapStep} there.
 */
record ClPhase(
    int phase, int count, int firstTap, int tapStride, int taps, int first, int tapStep) {

  static ClPhase rows(ConvShape s, int phase) {
    return of(phase, s.height(), s.kernelH(), s.strideH(), s.padH(), s.dilationH());
  }

  static ClPhase columns(ConvShape s, int phase) {
    return of(phase, s.width(), s.kernelW(), s.strideW(), s.padW(), s.dilationW());
  }

  private static ClPhase of(int phase, int size, int kernel, int stride, int pad, int dilation) {
    int count = (size - phase + stride - 1) / stride;
    int tap = 0;
    while (tap < kernel && Math.floorMod(phase + pad - tap * dilation, stride) != 0) {
      tap++;
    }
    int step = stride / gcd(stride, dilation);
    int taps = tap < kernel ? (kernel - 1 - tap) / step + 1 : 0;
    int first = Math.floorDiv(phase + pad - tap * dilation, stride);
    return new ClPhase(phase, count, tap, step, taps, first, -step * dilation / stride);
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
