package dev.graft.backend.opencl;

import dev.graft.backend.LossKernels;
import dev.graft.backend.LossKind;
import dev.graft.backend.View;

/** The losses of {@code elementwise.cl}. */
final class ClLosses implements LossKernels {
  private final ClBackend backend;

  ClLosses(ClBackend backend) {
    this.backend = backend;
  }

  @Override
  public void loss(LossKind kind, float p, View x, View target, View out) {
    ClElementwise.launch(backend, "loss_", kind, ClExpressions.use(kind))
        .of(x.numel())
        .of(p)
        .view(x)
        .view(target)
        .view(out)
        .run(x.numel());
  }

  @Override
  public void lossGrad(LossKind kind, float p, View x, View target, View gradOut, View gradX) {
    grad(kind, p, x, target, gradOut, gradX, 0);
  }

  @Override
  public void lossTargetGrad(
      LossKind kind, float p, View x, View target, View gradOut, View gradTarget) {
    grad(kind, p, x, target, gradOut, gradTarget, 1);
  }

  private void grad(
      LossKind kind, float p, View x, View target, View gradOut, View grad, int ofTarget) {
    ClElementwise.launch(backend, "loss_grad_", kind, ClExpressions.use(kind))
        .of(x.numel())
        .of(p)
        .view(x)
        .view(target)
        .view(gradOut)
        .view(grad)
        .of(ofTarget)
        .run(x.numel());
  }
}
