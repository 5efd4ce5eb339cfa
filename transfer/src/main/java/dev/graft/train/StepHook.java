package dev.graft.train;

/** Code of the user's around each optimiser step. */
public interface StepHook {
  /** After backward, before the optimiser: the place to look at gradients or change them. */
  default void beforeStep(int step) {}

  /** After the optimiser has made step {@code step}, counted from 0. */
  default void afterStep(int step) {}
}
