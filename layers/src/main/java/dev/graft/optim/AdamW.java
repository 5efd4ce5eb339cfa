package dev.graft.optim;

import dev.graft.nn.Parameter;
import java.util.List;

/** Adam with decoupled weight decay (Loshchilov and Hutter, 2019). */
public final class AdamW extends Adam {
  /** Betas 0.9 and 0.999, eps 1e-8, weight decay 0.01. */
  public AdamW(List<Parameter> parameters, double lr) {
    this(List.of(new ParamGroup(parameters, lr, 0.01f)), 0.9f, 0.999f, 1e-8f);
  }

  /**
   * @throws IllegalArgumentException if a beta is outside [0, 1) or eps is negative
   */
  public AdamW(List<ParamGroup> groups, float beta1, float beta2, float eps) {
    super("adamw", groups, beta1, beta2, eps);
  }

  @Override
  boolean isDecoupled() {
    return true;
  }
}
