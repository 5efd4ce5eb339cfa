package dev.graft.op;

/**
 * Stride, padding (zeros on both sides), dilation, each for rows (H) and columns (W), and groups of
 * a 2-D convolution. Start from {@link #DEFAULT}: {@code ConvParams.DEFAULT.withStride(2)}.
 */
public record ConvParams(
    int strideH, int strideW, int padH, int padW, int dilationH, int dilationW, int groups) {
  /** Stride 1, no padding, dilation 1, one group. */
  public static final ConvParams DEFAULT = new ConvParams(1, 1, 0, 0, 1, 1, 1);

  /**
   * @throws IllegalArgumentException if a stride, a dilation or groups is below 1, or a padding
   *     below 0
   */
  public ConvParams {
    if (Math.min(Math.min(strideH, strideW), Math.min(dilationH, dilationW)) < 1) {
      throw new IllegalArgumentException(
          String.format(
              "conv2d: stride and dilation must be at least 1: stride [%d, %d], dilation [%d, %d]",
              strideH, strideW, dilationH, dilationW));
    }
    if (groups < 1 || Math.min(padH, padW) < 0) {
      throw new IllegalArgumentException(
          String.format(
              "conv2d: groups must be at least 1 and padding at least 0: groups %d, padding [%d,"
                  + " %d]",
              groups, padH, padW));
    }
  }

  public ConvParams withStride(int stride) {
    return withStride(stride, stride);
  }

  public ConvParams withStride(int h, int w) {
    return new ConvParams(h, w, padH, padW, dilationH, dilationW, groups);
  }

  public ConvParams withPadding(int padding) {
    return withPadding(padding, padding);
  }

  public ConvParams withPadding(int h, int w) {
    return new ConvParams(strideH, strideW, h, w, dilationH, dilationW, groups);
  }

  public ConvParams withDilation(int dilation) {
    return withDilation(dilation, dilation);
  }

  public ConvParams withDilation(int h, int w) {
    return new ConvParams(strideH, strideW, padH, padW, h, w, groups);
  }

  public ConvParams withGroups(int n) {
    return new ConvParams(strideH, strideW, padH, padW, dilationH, dilationW, n);
  }
}
