package dev.graft.optim;

/**
 * {@code initialFactor} of the learning rate for the first {@code totalIters} steps, then all of
 * it; PyTorch's ConstantLR.
 */
public record ConstantLR(double initialFactor, int totalIters) implements Schedule {
  /**
   * @throws IllegalArgumentException if initialFactor is outside [0, 1] or totalIters negative
   */
  public ConstantLR {
    if (!(initialFactor >= 0 && initialFactor <= 1) || totalIters < 0) {
      throw new IllegalArgumentException(
          "constant_lr: initialFactor must be in [0, 1] and totalIters not negative: "
              + initialFactor
              + ", "
              + totalIters);
    }
  }

  @Override
  public double factor(int step) {
    return step < totalIters ? initialFactor : 1;
  }
}
