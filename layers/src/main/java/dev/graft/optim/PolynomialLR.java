package dev.graft.optim;

/**
 * Down to 0 at step {@code totalIters}, where it stays, as {@code (1 − step/totalIters)^power};
 * PyTorch's PolynomialLR.
 */
public record PolynomialLR(int totalIters, double power) implements Schedule {
  /**
   * @throws IllegalArgumentException if totalIters is below 1 or power not positive and finite
   */
  public PolynomialLR {
    if (totalIters < 1 || !(power > 0 && Double.isFinite(power))) {
      throw new IllegalArgumentException(
          "polynomial_lr: totalIters must be at least 1 and power positive: "
              + totalIters
              + ", "
              + power);
    }
  }

  @Override
  public double factor(int step) {
    return Math.pow(1 - (double) Math.min(step, totalIters) / totalIters, power);
  }
}
