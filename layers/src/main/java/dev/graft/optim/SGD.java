package dev.graft.optim;

import dev.graft.backend.View;
import dev.graft.nn.Parameter;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Stochastic gradient descent with momentum (Polyak, 1964), or Nesterov's (Sutskever et al., 2013),
 * and weight decay, as PyTorch computes them.
 */
public final class SGD extends Optimizer {
  private final float momentum;
  private final boolean nesterov;
  private final Map<Tensor, Tensor> velocities = new IdentityHashMap<>();

  public SGD(List<Parameter> parameters, double lr) {
    this(parameters, lr, 0, 0, false);
  }

  public SGD(
      List<Parameter> parameters, double lr, float momentum, float weightDecay, boolean nesterov) {
    this(List.of(new ParamGroup(parameters, lr, weightDecay)), momentum, nesterov);
  }

  /**
   * @throws IllegalArgumentException if momentum is outside [0, 1), or 0 with nesterov
   */
  public SGD(List<ParamGroup> groups, float momentum, boolean nesterov) {
    super(groups);
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("sgd: momentum must be in [0, 1): " + momentum);
    }
    if (nesterov && momentum == 0) {
      throw new IllegalArgumentException("sgd: nesterov needs a momentum above 0");
    }
    this.momentum = momentum;
    this.nesterov = nesterov;
  }

  @Override
  void save(String prefix, Tensor param, StateDict into) {
    if (velocities.containsKey(param)) {
      into.put(prefix + "momentum_buffer", velocities.get(param));
    }
  }

  @Override
  void load(String prefix, Tensor param, StateDict from) {
    velocities.remove(param);
    if (from.contains(prefix + "momentum_buffer")) {
      Tensor velocity = velocities.computeIfAbsent(param, Optimizer::zerosLike);
      velocity.assign(from.get(prefix + "momentum_buffer").toArray());
    }
  }

  @Override
  void update(ParamGroup group, Tensor param, View grad) {
    boolean first = momentum > 0 && !velocities.containsKey(param);
    View velocity =
        momentum == 0 ? null : velocities.computeIfAbsent(param, Optimizer::zerosLike).view();
    param
        .backend()
        .optimizer()
        .sgd(
            param.view(),
            grad,
            velocity,
            first,
            (float) group.lr(),
            momentum,
            group.weightDecay(),
            nesterov);
  }
}
