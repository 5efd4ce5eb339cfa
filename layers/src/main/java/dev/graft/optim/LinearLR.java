package dev.graft.optim;

/**
 * From {@code startFactor} to {@code endFactor} of the learning rate in equal steps, reached at
 * step {@code totalIters}; PyTorch's LinearLR.
 */
public record LinearLR(int totalIters, double startFactor, double endFactor) implements Schedule {
  /**
   * @throws IllegalArgumentException if totalIters is below 1, startFactor outside (0, 1] or
   *     endFactor outside [0, 1]
   */
  public LinearLR {
    if (totalIters < 1) {
      throw new IllegalArgumentException("linear_lr: totalIters must be at least 1: " + totalIters);
    }
    if (!(startFactor > 0 && startFactor <= 1 && endFactor >= 0 && endFactor <= 1)) {
      throw new IllegalArgumentException(
          "linear_lr: startFactor must be in (0, 1] and endFactor in [0, 1]: "
              + startFactor
              + ", "
              + endFactor);
    }
  }

  @Override
  public double factor(int step) {
    return between(startFactor, endFactor, (double) step / totalIters);
  }

  static double between(double from, double to, double part) {
    return from + (to - from) * Math.min(1, part);
  }
}
