package dev.graft.backend.opencl;

import dev.graft.backend.OptimizerKernels;
import dev.graft.backend.View;

/** The kernels of {@code optimizer.cl}. */
final class ClOptimizer implements OptimizerKernels {
  private static final String FILE = "optimizer.cl";

  private final ClBackend backend;

  ClOptimizer(ClBackend backend) {
    this.backend = backend;
  }

  private ClLaunch launch(String kernel, View param) {
    return backend.launch(FILE, kernel).of(param.numel());
  }

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
    ClLaunch launch = launch("sgd", param).view(param).view(grad).optional(velocity);
    launch.of(first ? 1 : 0).of(lr).of(momentum).of(weightDecay).of(nesterov ? 1 : 0);
    launch.run(param.numel());
  }

  /** β₁, β₂, what they leave, and what corrects the moments' bias at step t. */
  private static ClLaunch moments(ClLaunch launch, float beta1, float beta2, int t) {
    return launch
        .of(beta1)
        .of(beta2)
        .of((float) (1.0 - beta1))
        .of((float) (1.0 - beta2))
        .of((float) (1 / (1 - Math.pow(beta1, t))))
        .of((float) (1 / (1 - Math.pow(beta2, t))));
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
    ClLaunch launch = launch("adam", param).view(param).view(grad).view(m).view(v).of(lr);
    moments(launch, beta1, beta2, t).of(eps).of(weightDecay).of(decoupled ? 1 : 0);
    launch.run(param.numel());
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
    ClLaunch launch = launch("rmsprop", param).view(param).view(grad).view(square);
    launch.optional(mean).optional(velocity).of(lr).of(alpha).of((float) (1.0 - alpha));
    launch.of(eps).of(momentum).of(weightDecay).run(param.numel());
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
    ClLaunch launch = launch("lamb", param).view(param).view(grad).view(m).view(v);
    moments(launch.view(direction), beta1, beta2, t).of(eps).of(weightDecay);
    launch.run(param.numel());
  }

  @Override
  public void lerp(View average, View value, float weight) {
    launch("lerp", average).view(average).view(value).of(weight).run(average.numel());
  }
}
