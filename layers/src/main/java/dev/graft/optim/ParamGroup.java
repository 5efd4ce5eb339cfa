package dev.graft.optim;

import dev.graft.nn.Parameter;
import java.util.List;

/** Parameters that share a learning rate and a weight decay. */
public final class ParamGroup {
  private final List<Parameter> parameters;
  private final double initialLr;
  private final float weightDecay;
  private double lr;

  /**
   * Frozen parameters are left out.
   *
   * @throws IllegalArgumentException if lr is not positive and finite, or weightDecay is negative
   */
  public ParamGroup(List<Parameter> parameters, double lr, float weightDecay) {
    if (!(lr > 0 && Double.isFinite(lr))) {
      throw new IllegalArgumentException("optimizer: lr must be positive and finite: " + lr);
    }
    if (!(weightDecay >= 0)) {
      throw new IllegalArgumentException(
          "optimizer: weight decay must not be negative: " + weightDecay);
    }
    this.parameters = Optimizer.trainable(parameters);
    this.initialLr = lr;
    this.lr = lr;
    this.weightDecay = weightDecay;
  }

  public List<Parameter> parameters() {
    return parameters;
  }

  /** The learning rate that the group was made with. */
  public double initialLr() {
    return initialLr;
  }

  public double lr() {
    return lr;
  }

  /**
   * For schedules, which may reach 0.
   *
   * @throws IllegalArgumentException if the value is negative or not finite
   */
  public void setLr(double value) {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "optimizer: a schedule's lr must be finite and not negative: " + value);
    }
    lr = value;
  }

  public float weightDecay() {
    return weightDecay;
  }
}
