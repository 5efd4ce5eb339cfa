package dev.graft.backend.reference;

import dev.graft.backend.OptimizerKernels;
import dev.graft.backend.View;

final class ReferenceOptimizer implements OptimizerKernels {
  @Override
  public void sgd(
      View param,
      View grad,
      View velocity,
      boolean first,
      float lr,
      float momentum,
      float weightDecay,
      boolean nesterov) {
    for (int i = 0; i < param.numel(); i++) {
      int at = param.offset() + i;
      float g = grad.array()[grad.offset() + i] + weightDecay * param.array()[at];
      float step = g;
      if (velocity != null) {
        int v = velocity.offset() + i;
        velocity.array()[v] = first ? g : momentum * velocity.array()[v] + g;
        step = nesterov ? g + momentum * velocity.array()[v] : velocity.array()[v];
      }
      param.array()[at] -= lr * step;
    }
  }

  @Override
  public void adam(
      View param,
      View grad,
      View m,
      View v,
      int t,
      float lr,
      float beta1,
      float beta2,
      float eps,
      float weightDecay,
      boolean decoupled) {
    double correction1 = 1 - Math.pow(beta1, t);
    double correction2 = 1 - Math.pow(beta2, t);
    for (int i = 0; i < param.numel(); i++) {
      int at = param.offset() + i;
      double p = param.array()[at];
      double g = grad.array()[grad.offset() + i];
      if (decoupled) {
        p -= (double) lr * weightDecay * p;
      } else {
        g += weightDecay * p;
      }
      double first = beta1 * m.array()[m.offset() + i] + (1.0 - beta1) * g;
      double second = beta2 * v.array()[v.offset() + i] + (1.0 - beta2) * g * g;
      m.array()[m.offset() + i] = (float) first;
      v.array()[v.offset() + i] = (float) second;
      double step = first / correction1 / (Math.sqrt(second / correction2) + eps);
      param.array()[at] = (float) (p - lr * step);
    }
  }
}
