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

  @Override
  public void rmsprop(
      View param,
      View grad,
      View square,
      View mean,
      View velocity,
      float lr,
      float alpha,
      float eps,
      float momentum,
      float weightDecay) {
    for (int i = 0; i < param.numel(); i++) {
      int at = param.offset() + i;
      double p = param.array()[at];
      double g = grad.array()[grad.offset() + i] + weightDecay * p;
      double spread = average(square, i, alpha, g * g);
      if (mean != null) {
        double center = average(mean, i, alpha, g);
        spread = Math.max(0, spread - center * center);
      }
      double step = g / (Math.sqrt(spread) + eps);
      if (velocity != null) {
        int v = velocity.offset() + i;
        step += momentum * velocity.array()[v];
        velocity.array()[v] = (float) step;
      }
      param.array()[at] = (float) (p - lr * step);
    }
  }

  private static double average(View running, int i, float keep, double value) {
    int at = running.offset() + i;
    double result = keep * running.array()[at] + (1.0 - keep) * value;
    running.array()[at] = (float) result;
    return result;
  }

  @Override
  public void lamb(
      View param,
      View grad,
      View m,
      View v,
      View direction,
      int t,
      float beta1,
      float beta2,
      float eps,
      float weightDecay) {
    double correction1 = 1 - Math.pow(beta1, t);
    double correction2 = 1 - Math.pow(beta2, t);
    for (int i = 0; i < param.numel(); i++) {
      double g = grad.array()[grad.offset() + i];
      double first = average(m, i, beta1, g);
      double second = average(v, i, beta2, g * g);
      double step = first / correction1 / (Math.sqrt(second / correction2) + eps);
      direction.array()[direction.offset() + i] =
          (float) (step + weightDecay * param.array()[param.offset() + i]);
    }
  }

  @Override
  public void lerp(View average, View value, float weight) {
    for (int i = 0; i < average.numel(); i++) {
      int at = average.offset() + i;
      average.array()[at] += weight * (value.array()[value.offset() + i] - average.array()[at]);
    }
  }
}
