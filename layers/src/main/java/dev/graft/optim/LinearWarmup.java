package dev.graft.optim;

/**
 * From {@code startFactor} of the learning rate to all of it in equal steps, reached at step {@code
 * steps}; PyTorch's LinearLR with end_factor 1.
 */
public record LinearWarmup(int steps, double startFactor) implements Schedule {
  /**
   * @throws IllegalArgumentException if steps is below 1 or startFactor outside (0, 1]
   */
  public LinearWarmup {
    if (steps < 1 || !(startFactor > 0 && startFactor <= 1)) {
      throw new IllegalArgumentException(
          "linear_warmup: needs at least 1 step and startFactor in (0, 1]: "
              + steps
              + ", "
              + startFactor);
    }
  }

  @Override
  public double factor(int step) {
    return LinearLR.between(startFactor, 1, (double) step / steps);
  }
}
