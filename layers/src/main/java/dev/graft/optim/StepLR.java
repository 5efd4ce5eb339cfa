package dev.graft.optim;

/** Multiplies the learning rate by gamma after every {@code stepSize} steps. */
public record StepLR(int stepSize, double gamma) implements Schedule {
  /**
   * @throws IllegalArgumentException if stepSize is below 1 or gamma not positive and finite
   */
  public StepLR {
    if (stepSize < 1) {
      throw new IllegalArgumentException("step_lr: step size must be at least 1: " + stepSize);
    }
    if (!(gamma > 0 && Double.isFinite(gamma))) {
      throw new IllegalArgumentException("step_lr: gamma must be positive and finite: " + gamma);
    }
  }

  @Override
  public double factor(int step) {
    return Math.pow(gamma, step / stepSize);
  }
}
