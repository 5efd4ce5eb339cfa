package dev.graft.backend.reference;

import dev.graft.backend.LossKernels;
import dev.graft.backend.LossKind;
import dev.graft.backend.View;

final class ReferenceLosses implements LossKernels {
  @Override
  public void loss(LossKind kind, float p, View x, View target, View out) {
    for (int i = 0; i < x.numel(); i++) {
      out.array()[out.offset() + i] = (float) value(kind, p, at(x, i), at(target, i));
    }
  }

  @Override
  public void lossGrad(LossKind kind, float p, View x, View target, View gradOut, View gradX) {
    for (int i = 0; i < x.numel(); i++) {
      double slope = slope(kind, p, at(x, i), at(target, i));
      gradX.array()[gradX.offset() + i] = (float) (at(gradOut, i) * slope);
    }
  }

  @Override
  public void lossTargetGrad(
      LossKind kind, float p, View x, View target, View gradOut, View gradTarget) {
    for (int i = 0; i < x.numel(); i++) {
      double slope = targetSlope(kind, p, at(x, i), at(target, i));
      gradTarget.array()[gradTarget.offset() + i] = (float) (at(gradOut, i) * slope);
    }
  }

  private static double at(View v, int i) {
    return v.array()[v.offset() + i];
  }

  private static double value(LossKind kind, double p, double x, double t) {
    double d = Math.abs(x - t);
    return switch (kind) {
      case MSE -> d * d;
      case L1 -> d;
      case SMOOTH_L1 -> d < p ? d * d / (2 * p) : d - p / 2;
      case HUBER -> d < p ? d * d / 2 : p * (d - p / 2);
      case BCE_WITH_LOGITS -> Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x)));
      case KL_DIV -> (t == 0 ? 0 : t * Math.log(t)) - t * x;
      case KL_DIV_LOG -> Math.exp(t) * (t - x);
    };
  }

  private static double slope(LossKind kind, double p, double x, double t) {
    double d = x - t;
    return switch (kind) {
      case MSE -> 2 * d;
      case L1 -> Math.signum(d);
      case SMOOTH_L1 -> Math.abs(d) < p ? d / p : Math.signum(d);
      case HUBER -> Math.abs(d) < p ? d : p * Math.signum(d);
      case BCE_WITH_LOGITS -> 1 / (1 + Math.exp(-x)) - t;
      case KL_DIV -> -t;
      case KL_DIV_LOG -> -Math.exp(t);
    };
  }

  private static double targetSlope(LossKind kind, double p, double x, double t) {
    return switch (kind) {
      case MSE, L1, SMOOTH_L1, HUBER -> -slope(kind, p, x, t);
      case BCE_WITH_LOGITS -> -x;
      case KL_DIV -> t == 0 ? 0 : Math.log(t) + 1 - x;
      case KL_DIV_LOG -> Math.exp(t) * (t - x + 1);
    };
  }
}
