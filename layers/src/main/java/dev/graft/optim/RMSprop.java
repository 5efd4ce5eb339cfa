package dev.graft.optim;

import dev.graft.backend.View;
import dev.graft.nn.Parameter;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * RMSprop (Tieleman and Hinton, 2012), also centred and with momentum (Graves, 2013), as PyTorch
 * computes it: eps is added after the root.
 */
public final class RMSprop extends Optimizer {
  private static final String SQUARE = "square_avg";
  private static final String MEAN = "grad_avg";
  private static final String VELOCITY = "momentum_buffer";

  private final float alpha;
  private final float eps;
  private final float momentum;

  /** Alpha 0.99, eps 1e-8, no momentum, not centred, no weight decay. */
  public RMSprop(List<Parameter> parameters, double lr) {
    this(List.of(new ParamGroup(parameters, lr, 0)), 0.99f, 1e-8f, 0, false);
  }

  /**
   * @param alpha how much of the running averages each step keeps
   * @param centered whether the gradient is divided by its standard deviation instead of its root
   *     mean square
   * @throws IllegalArgumentException if alpha or momentum is outside [0, 1), or eps is negative
   */
  public RMSprop(
      List<ParamGroup> groups, float alpha, float eps, float momentum, boolean centered) {
    super("rmsprop", groups, slots(momentum, centered));
    if (!(alpha >= 0 && alpha < 1 && eps >= 0)) {
      throw new IllegalArgumentException(
          "rmsprop: alpha must be in [0, 1) and eps not negative: alpha " + alpha + ", eps " + eps);
    }
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("rmsprop: momentum must be in [0, 1): " + momentum);
    }
    this.alpha = alpha;
    this.eps = eps;
    this.momentum = momentum;
  }

  private static List<String> slots(float momentum, boolean centered) {
    List<String> slots = new ArrayList<>(List.of(SQUARE));
    if (centered) {
      slots.add(MEAN);
    }
    if (momentum > 0) {
      slots.add(VELOCITY);
    }
    return slots;
  }

  @Override
  void update(ParamGroup group, Tensor param, View grad, ParamState state) {
    param
        .backend()
        .optimizer()
        .rmsprop(
            param.view(),
            grad,
            state.view(SQUARE),
            state.view(MEAN),
            state.view(VELOCITY),
            (float) group.lr(),
            alpha,
            eps,
            momentum,
            group.weightDecay());
  }
}
