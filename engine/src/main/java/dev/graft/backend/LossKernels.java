package dev.graft.backend;

/** Losses of each element against its target. All views are dense in the same order. */
public interface LossKernels {
  /** {@code out = loss(x, target)}. */
  void loss(LossKind kind, float p, View x, View target, View out);

  /** {@code gradX = gradOut · ∂loss/∂x}. */
  void lossGrad(LossKind kind, float p, View x, View target, View gradOut, View gradX);

  /** {@code gradTarget = gradOut · ∂loss/∂target}. */
  void lossTargetGrad(LossKind kind, float p, View x, View target, View gradOut, View gradTarget);
}
