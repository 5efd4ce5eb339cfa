package dev.graft.op;

import dev.graft.backend.PoolShape;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;

/**
 * Window, stride and padding of a 2-D pooling, for rows (H) and columns (W). {@code ceilMode} lets
 * windows hang over the edge; {@code countIncludePad} makes averages count padding, as PyTorch does
 * by default.
 */
public record PoolParams(
    int kernelH,
    int kernelW,
    int strideH,
    int strideW,
    int padH,
    int padW,
    boolean ceilMode,
    boolean countIncludePad) {

  /**
   * @throws IllegalArgumentException if a kernel size or stride is below 1, or a padding is
   *     negative or over half the kernel
   */
  public PoolParams {
    if (Math.min(Math.min(kernelH, kernelW), Math.min(strideH, strideW)) < 1) {
      throw new IllegalArgumentException(
          String.format(
              "pool2d: kernel and stride must be at least 1: kernel [%d, %d], stride [%d, %d]",
              kernelH, kernelW, strideH, strideW));
    }
    if (Math.min(padH, padW) < 0 || padH > kernelH / 2 || padW > kernelW / 2) {
      throw new IllegalArgumentException(
          String.format(
              "pool2d: padding must be between 0 and half the kernel: padding [%d, %d], kernel"
                  + " [%d, %d]",
              padH, padW, kernelH, kernelW));
    }
  }

  /** A square window that moves by its own size, without padding. */
  public static PoolParams of(int kernel) {
    return new PoolParams(kernel, kernel, kernel, kernel, 0, 0, false, true);
  }

  public PoolParams withStride(int stride) {
    return withStride(stride, stride);
  }

  public PoolParams withStride(int h, int w) {
    return new PoolParams(kernelH, kernelW, h, w, padH, padW, ceilMode, countIncludePad);
  }

  public PoolParams withPadding(int padding) {
    return withPadding(padding, padding);
  }

  public PoolParams withPadding(int h, int w) {
    return new PoolParams(kernelH, kernelW, strideH, strideW, h, w, ceilMode, countIncludePad);
  }

  public PoolParams withCeilMode(boolean ceil) {
    return new PoolParams(kernelH, kernelW, strideH, strideW, padH, padW, ceil, countIncludePad);
  }

  public PoolParams withCountIncludePad(boolean count) {
    return new PoolParams(kernelH, kernelW, strideH, strideW, padH, padW, ceilMode, count);
  }

  /**
   * The sizes for an input.
   *
   * @throws ShapeException if it is no image, or smaller than the window
   */
  public PoolShape shape(String op, Shape x) {
    if (x.rank() != 4) {
      throw ShapeException.of("%s: needs input [n, c, h, w]: got %s", op, x);
    }
    int outH = outputSize(x.dim(2), kernelH, strideH, padH);
    int outW = outputSize(x.dim(3), kernelW, strideW, padW);
    if (outH < 1 || outW < 1) {
      throw ShapeException.of(
          "%s: the window is larger than the padded input: input %s, kernel [%d, %d], padding [%d,"
              + " %d]",
          op, x, kernelH, kernelW, padH, padW);
    }
    return new PoolShape(
        x.dim(0),
        x.dim(1),
        x.dim(2),
        x.dim(3),
        kernelH,
        kernelW,
        strideH,
        strideW,
        padH,
        padW,
        outH,
        outW,
        countIncludePad);
  }

  private int outputSize(int size, int kernel, int stride, int pad) {
    int room = size + 2 * pad - kernel;
    if (room < 0) {
      return ceilMode && room + stride > 0 ? 1 : 0;
    }
    int out = (ceilMode ? room + stride - 1 : room) / stride + 1;
    // A window that would start in the right padding is dropped, as in PyTorch.
    return ceilMode && (out - 1) * stride >= size + pad ? out - 1 : out;
  }
}
