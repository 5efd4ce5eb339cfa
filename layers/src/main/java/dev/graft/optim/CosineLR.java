package dev.graft.optim;

/**
 * Half a cosine (Loshchilov and Hutter, 2017) from the learning rate down to {@code endFactor} of
 * it at step {@code steps}, where it stays; {@link CosineAnnealingLR}, as PyTorch's, rises again.
 */
public record CosineLR(int steps, double endFactor) implements Schedule {
  /** Down to 0. */
  public CosineLR(int steps) {
    this(steps, 0);
  }

  /**
   * @throws IllegalArgumentException if steps is below 1 or endFactor outside [0, 1]
   */
  public CosineLR {
    if (steps < 1 || !(endFactor >= 0 && endFactor <= 1)) {
      throw new IllegalArgumentException(
          "cosine_lr: needs at least 1 step and endFactor in [0, 1]: " + steps + ", " + endFactor);
    }
  }

  /** Stays at the end after the last step. */
  @Override
  public double factor(int step) {
    return CosineAnnealingLR.at((double) Math.min(step, steps) / steps, endFactor);
  }
}
