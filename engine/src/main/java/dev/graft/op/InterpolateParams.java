package dev.graft.op;

/**
 * How images are resized: to a size or by a factor, for rows (H) and columns (W), and how. Start
 * from {@link #size} or {@link #scaleFactor}: {@code
 * InterpolateParams.scaleFactor(2).withMode(Mode.BILINEAR)}. Fields that do not apply are 0.
 */
public record InterpolateParams(
    int outH, int outW, double scaleH, double scaleW, Mode mode, boolean alignCorners) {
  /** PyTorch's modes for images. */
  public enum Mode {
    /** The pixel at ⌊i·in/out⌋, as in PyTorch and OpenCV. */
    NEAREST,
    /** The pixel whose centre is nearest, as in Pillow. */
    NEAREST_EXACT,
    /** Linear between the two nearest rows, and columns. */
    BILINEAR,
    /** Cubic convolution over four rows and columns (Keys, 1981), with a = −0.75. */
    BICUBIC,
    /** Means over windows, as adaptive average pooling. */
    AREA
  }

  /**
   * @throws IllegalArgumentException if a size or factor is not positive, or corners are to be
   *     aligned in a mode other than bilinear and bicubic
   */
  public InterpolateParams {
    boolean bySize = scaleH == 0 && scaleW == 0;
    if (bySize && Math.min(outH, outW) < 1) {
      throw new IllegalArgumentException(
          String.format("interpolate: output size must be positive: [%d, %d]", outH, outW));
    }
    if (!bySize
        && !(scaleH > 0 && scaleW > 0 && Double.isFinite(scaleH) && Double.isFinite(scaleW))) {
      throw new IllegalArgumentException(
          "interpolate: scale factors must be positive: [" + scaleH + ", " + scaleW + "]");
    }
    if (alignCorners && mode != Mode.BILINEAR && mode != Mode.BICUBIC) {
      throw new IllegalArgumentException(
          "interpolate: corners can be aligned in modes BILINEAR and BICUBIC only: mode " + mode);
    }
  }

  /** To [h, w], nearest. */
  public static InterpolateParams size(int h, int w) {
    return new InterpolateParams(h, w, 0, 0, Mode.NEAREST, false);
  }

  /** Rows and columns times a factor, nearest. */
  public static InterpolateParams scaleFactor(double scale) {
    return scaleFactor(scale, scale);
  }

  /** Rows times h, columns times w, rounded down; nearest. */
  public static InterpolateParams scaleFactor(double h, double w) {
    return new InterpolateParams(0, 0, h, w, Mode.NEAREST, false);
  }

  public InterpolateParams withMode(Mode newMode) {
    return new InterpolateParams(outH, outW, scaleH, scaleW, newMode, alignCorners);
  }

  /** Whether the corners' pixels keep their values, and the grid spans from corner to corner. */
  public InterpolateParams withAlignCorners(boolean align) {
    return new InterpolateParams(outH, outW, scaleH, scaleW, mode, align);
  }
}
