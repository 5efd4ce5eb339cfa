package dev.graft.optim;

import dev.graft.backend.View;
import dev.graft.nn.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/** Adam (Kingma and Ba, 2015), as PyTorch computes it. */
public class Adam extends Optimizer {
  private final float beta1;
  private final float beta2;
  private final float eps;

  /** Betas 0.9 and 0.999, eps 1e-8, no weight decay. */
  public Adam(List<Parameter> parameters, double lr) {
    this(List.of(new ParamGroup(parameters, lr, 0)), 0.9f, 0.999f, 1e-8f);
  }

  /**
   * @throws IllegalArgumentException if a beta is outside [0, 1) or eps is negative
   */
  public Adam(List<ParamGroup> groups, float beta1, float beta2, float eps) {
    this("adam", groups, beta1, beta2, eps);
  }

  Adam(String name, List<ParamGroup> groups, float beta1, float beta2, float eps) {
    super(name, groups, List.of(Moments.FIRST, Moments.SECOND));
    Moments.check(name, beta1, beta2, eps);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.eps = eps;
  }

  /** Whether weight decay shrinks the weights directly instead of joining the gradient. */
  boolean isDecoupled() {
    return false;
  }

  @Override
  void update(ParamGroup group, Tensor param, View grad, ParamState state) {
    param
        .backend()
        .optimizer()
        .adam(
            param.view(),
            grad,
            state.view(Moments.FIRST),
            state.view(Moments.SECOND),
            state.step(),
            (float) group.lr(),
            beta1,
            beta2,
            eps,
            group.weightDecay(),
            isDecoupled());
  }
}
