package dev.graft.optim;

/** The learning rate as a function of the step, relative to each group's initial one. */
@FunctionalInterface
public interface Schedule {
  /** The factor on a group's initial learning rate at step 0, 1, 2, … */
  double factor(int step);

  /**
   * Sets the learning rates of all groups for step {@code step}, before that step is made.
   *
   * @throws IllegalArgumentException if step is negative
   */
  default void set(Optimizer optimizer, int step) {
    if (step < 0) {
      throw new IllegalArgumentException("schedule: step must not be negative: " + step);
    }
    for (ParamGroup group : optimizer.groups()) {
      group.setLr(group.initialLr() * factor(step));
    }
  }
}
