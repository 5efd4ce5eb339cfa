package dev.graft.optim;

import java.util.List;

/**
 * One schedule after another: from {@code milestones[i]} on, {@code schedules[i+1]}, whose own step
 * 0 that is; PyTorch's SequentialLR. Warm-up over 5 steps, then a cosine over 95: {@code new
 * SequentialLR(List.of(new LinearWarmup(5, 0.1), new CosineLR(95)), List.of(5))}
 */
public record SequentialLR(List<Schedule> schedules, List<Integer> milestones) implements Schedule {
  /**
   * @throws IllegalArgumentException unless there is one milestone less than schedules, and each is
   *     positive and above the one before
   */
  public SequentialLR {
    schedules = List.copyOf(schedules);
    milestones = List.copyOf(milestones);
    if (milestones.size() != schedules.size() - 1) {
      throw new IllegalArgumentException(
          String.format(
              "sequential_lr: needs one milestone less than schedules: %d schedules, milestones %s",
              schedules.size(), milestones));
    }
    int before = 0;
    for (int milestone : milestones) {
      if (milestone <= before) {
        throw new IllegalArgumentException(
            "sequential_lr: milestones must be positive and rising: " + milestones);
      }
      before = milestone;
    }
  }

  @Override
  public double factor(int step) {
    int i = milestones.size();
    while (i > 0 && step < milestones.get(i - 1)) {
      i--;
    }
    return schedules.get(i).factor(i == 0 ? step : step - milestones.get(i - 1));
  }
}
