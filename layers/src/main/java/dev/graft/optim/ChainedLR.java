package dev.graft.optim;

import java.util.List;

/**
 * All schedules at once, their factors multiplied; PyTorch's ChainedScheduler (of schedules that go
 * down to 0 or multiply: PyTorch's cosine with an eta_min, chained, adds it at every step).
 */
public record ChainedLR(List<Schedule> schedules) implements Schedule {
  public ChainedLR(Schedule... schedules) {
    this(List.of(schedules));
  }

  /**
   * @throws IllegalArgumentException if there is no schedule
   */
  public ChainedLR {
    schedules = List.copyOf(schedules);
    if (schedules.isEmpty()) {
      throw new IllegalArgumentException("chained_lr: needs at least one schedule");
    }
  }

  @Override
  public double factor(int step) {
    double product = 1;
    for (Schedule schedule : schedules) {
      product *= schedule.factor(step);
    }
    return product;
  }
}
