package dev.graft.optim;

import dev.graft.backend.Backend;
import dev.graft.backend.View;
import dev.graft.nn.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * LAMB (You et al., 2020), for large batches: Adam's step with decoupled weight decay, scaled for
 * each parameter to that parameter's norm. Where one of the two norms is 0 the step is not scaled.
 */
public final class LAMB extends Optimizer {
  private final float beta1;
  private final float beta2;
  private final float eps;

  /** Betas 0.9 and 0.999, eps 1e-6, weight decay 0.01. */
  public LAMB(List<Parameter> parameters, double lr) {
    this(List.of(new ParamGroup(parameters, lr, 0.01f)), 0.9f, 0.999f, 1e-6f);
  }

  /**
   * @throws IllegalArgumentException if a beta is outside [0, 1) or eps is negative
   */
  public LAMB(List<ParamGroup> groups, float beta1, float beta2, float eps) {
    super("lamb", groups, List.of(Moments.FIRST, Moments.SECOND));
    Moments.check("lamb", beta1, beta2, eps);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.eps = eps;
  }

  @Override
  void update(ParamGroup group, Tensor param, View grad, ParamState state) {
    Backend backend = param.backend();
    View p = param.view();
    View first = state.view(Moments.FIRST);
    View direction = new View(backend.allocate(p.numel()), first.layout());
    backend
        .optimizer()
        .lamb(
            p,
            grad,
            first,
            state.view(Moments.SECOND),
            direction,
            state.step(),
            beta1,
            beta2,
            eps,
            group.weightDecay());
    double size = Math.sqrt(backend.reductions().sumOfSquares(p));
    double length = Math.sqrt(backend.reductions().sumOfSquares(direction));
    double trust = size > 0 && length > 0 ? size / length : 1;
    float rate = (float) (group.lr() * trust);
    backend.optimizer().sgd(p, direction, null, false, rate, 0, 0, false);
    backend.release(direction.buffer());
  }
}
