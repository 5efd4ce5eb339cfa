package dev.graft.optim;

/** Multiplies the learning rate by gamma after every step; PyTorch's ExponentialLR. */
public record ExponentialLR(double gamma) implements Schedule {
  /**
   * @throws IllegalArgumentException if gamma is not positive and finite
   */
  public ExponentialLR {
    if (!(gamma > 0 && Double.isFinite(gamma))) {
      throw new IllegalArgumentException(
          "exponential_lr: gamma must be positive and finite: " + gamma);
    }
  }

  @Override
  public double factor(int step) {
    return Math.pow(gamma, step);
  }
}
