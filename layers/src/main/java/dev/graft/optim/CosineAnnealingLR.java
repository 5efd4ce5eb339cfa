package dev.graft.optim;

/**
 * A cosine (Loshchilov and Hutter, 2017) from the learning rate down to {@code endFactor} of it at
 * step {@code tMax}, then up again, and so on: PyTorch's CosineAnnealingLR with eta_min =
 * endFactor·lr. {@link CosineLR} stays down.
 */
public record CosineAnnealingLR(int tMax, double endFactor) implements Schedule {
  /**
   * @throws IllegalArgumentException if tMax is below 1 or endFactor outside [0, 1]
   */
  public CosineAnnealingLR {
    if (tMax < 1 || !(endFactor >= 0 && endFactor <= 1)) {
      throw new IllegalArgumentException(
          "cosine_annealing_lr: tMax must be at least 1 and endFactor in [0, 1]: "
              + tMax
              + ", "
              + endFactor);
    }
  }

  @Override
  public double factor(int step) {
    return at((double) step / tMax, endFactor);
  }

  static double at(double part, double endFactor) {
    return endFactor + (1 - endFactor) * (1 + Math.cos(Math.PI * part)) / 2;
  }
}
