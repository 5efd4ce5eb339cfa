package dev.graft.optim;

import dev.graft.backend.View;
import dev.graft.nn.Parameter;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Adam (Kingma and Ba, 2015), as PyTorch computes it. */
public class Adam extends Optimizer {
  private final float beta1;
  private final float beta2;
  private final float eps;
  private final Map<Tensor, Moments> moments = new IdentityHashMap<>();

  private static final class Moments {
    final Tensor first;
    final Tensor second;
    int step;

    Moments(Tensor param) {
      first = zerosLike(param);
      second = zerosLike(param);
    }
  }

  /** Betas 0.9 and 0.999, eps 1e-8, no weight decay. */
  public Adam(List<Parameter> parameters, double lr) {
    this(List.of(new ParamGroup(parameters, lr, 0)), 0.9f, 0.999f, 1e-8f);
  }

  /**
   * @throws IllegalArgumentException if a beta is outside [0, 1) or eps is negative
   */
  public Adam(List<ParamGroup> groups, float beta1, float beta2, float eps) {
    super(groups);
    if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && eps >= 0)) {
      throw new IllegalArgumentException(
          String.format(
              "adam: betas must be in [0, 1) and eps not negative: betas [%s, %s], eps %s",
              beta1, beta2, eps));
    }
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.eps = eps;
  }

  /** Whether weight decay shrinks the weights directly instead of joining the gradient. */
  boolean isDecoupled() {
    return false;
  }

  @Override
  void save(String prefix, Tensor param, StateDict into) {
    Moments m = moments.get(param);
    if (m != null) {
      into.put(prefix + "step", Tensor.scalar(m.step));
      into.put(prefix + "exp_avg", m.first);
      into.put(prefix + "exp_avg_sq", m.second);
    }
  }

  @Override
  void load(String prefix, Tensor param, StateDict from) {
    moments.remove(param);
    if (from.contains(prefix + "step")) {
      Moments m = moments.computeIfAbsent(param, Moments::new);
      m.step = (int) from.get(prefix + "step").item();
      m.first.assign(from.get(prefix + "exp_avg").toArray());
      m.second.assign(from.get(prefix + "exp_avg_sq").toArray());
    }
  }

  @Override
  void update(ParamGroup group, Tensor param, View grad) {
    Moments m = moments.computeIfAbsent(param, Moments::new);
    m.step++;
    param
        .backend()
        .optimizer()
        .adam(
            param.view(),
            grad,
            m.first.view(),
            m.second.view(),
            m.step,
            (float) group.lr(),
            beta1,
            beta2,
            eps,
            group.weightDecay(),
            isDecoupled());
  }
}
