package dev.graft.optim;

/**
 * One cycle (Smith and Topin, 2019): from 1/divFactor of the learning rate up to all of it over the
 * first {@code pctStart} of the steps, then down to 1/(divFactor·finalDivFactor), along cosines or
 * straight lines; as PyTorch computes it, with the group's initial learning rate as max_lr.
 */
public record OneCycleLR(
    int totalSteps, double pctStart, double divFactor, double finalDivFactor, Anneal anneal)
    implements Schedule {
  /** How the rate goes up and down; PyTorch's anneal_strategy. */
  public enum Anneal {
    COS,
    LINEAR
  }

  /** Up over 30 % of the steps from 1/25, down to 1/250,000, along cosines. */
  public OneCycleLR(int totalSteps) {
    this(totalSteps, 0.3, 25, 1e4);
  }

  /** Along cosines. */
  public OneCycleLR(int totalSteps, double pctStart, double divFactor, double finalDivFactor) {
    this(totalSteps, pctStart, divFactor, finalDivFactor, Anneal.COS);
  }

  /**
   * @throws IllegalArgumentException if totalSteps is below 1, pctStart outside [0, 1], or a factor
   *     not positive
   */
  public OneCycleLR {
    if (totalSteps < 1 || !(pctStart >= 0 && pctStart <= 1)) {
      throw new IllegalArgumentException(
          "one_cycle_lr: needs at least 1 step and pctStart in [0, 1]: "
              + totalSteps
              + ", "
              + pctStart);
    }
    if (!(divFactor > 0 && finalDivFactor > 0)) {
      throw new IllegalArgumentException(
          "one_cycle_lr: factors must be positive: " + divFactor + ", " + finalDivFactor);
    }
  }

  /** Stays at the end after the last step. */
  @Override
  public double factor(int step) {
    double start = 1 / divFactor;
    double end = start / finalDivFactor;
    double peak = pctStart * totalSteps - 1;
    double last = totalSteps - 1;
    return step <= peak
        ? between(start, 1, peak == 0 ? 1 : step / peak)
        : between(1, end, Math.min(1, (step - peak) / (last - peak)));
  }

  private double between(double from, double to, double part) {
    double rest = anneal == Anneal.COS ? (1 + Math.cos(Math.PI * part)) / 2 : 1 - part;
    return to + (from - to) * rest;
  }
}
