package dev.graft.optim;

import dev.graft.backend.View;
import dev.graft.nn.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;

/**
 * Stochastic gradient descent with momentum (Polyak, 1964), or Nesterov's (Sutskever et al., 2013),
 * and weight decay, as PyTorch computes them.
 */
public final class SGD extends Optimizer {
  private static final String VELOCITY = "momentum_buffer";

  private final float momentum;
  private final boolean nesterov;

  public SGD(List<Parameter> parameters, double lr) {
    this(parameters, lr, 0, 0, false);
  }

  /** With momentum, no weight decay. */
  public SGD(List<Parameter> parameters, double lr, float momentum) {
    this(parameters, lr, momentum, 0, false);
  }

  public SGD(
      List<Parameter> parameters, double lr, float momentum, float weightDecay, boolean nesterov) {
    this(List.of(new ParamGroup(parameters, lr, weightDecay)), momentum, nesterov);
  }

  /**
   * @throws IllegalArgumentException if momentum is outside [0, 1), or 0 with nesterov
   */
  public SGD(List<ParamGroup> groups, float momentum, boolean nesterov) {
    super("sgd", groups, momentum > 0 ? List.of(VELOCITY) : List.of());
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
  void update(ParamGroup group, Tensor param, View grad, ParamState state) {
    param
        .backend()
        .optimizer()
        .sgd(
            param.view(),
            grad,
            state.view(VELOCITY),
            state.step() == 1,
            (float) group.lr(),
            momentum,
            group.weightDecay(),
            nesterov);
  }
}
