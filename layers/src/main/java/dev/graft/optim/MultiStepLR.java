package dev.graft.optim;

import java.util.List;

/** Multiplies the learning rate by gamma at each of the given steps. */
public record MultiStepLR(List<Integer> milestones, double gamma) implements Schedule {
  /**
   * @throws IllegalArgumentException if a milestone is negative or gamma not positive and finite
   */
  public MultiStepLR {
    milestones = List.copyOf(milestones);
    if (milestones.stream().anyMatch(m -> m < 0)) {
      throw new IllegalArgumentException(
          "multi_step_lr: milestones must not be negative: " + milestones);
    }
    if (!(gamma > 0 && Double.isFinite(gamma))) {
      throw new IllegalArgumentException(
          "multi_step_lr: gamma must be positive and finite: " + gamma);
    }
  }

  @Override
  public double factor(int step) {
    return Math.pow(gamma, milestones.stream().filter(m -> m <= step).count());
  }
}
