package dev.graft.backend;

/** Optimiser steps that update a parameter in place. All views are dense in the same order. */
public interface OptimizerKernels {
  /**
   * {@code g = grad + weightDecay·param; v = momentum·v + g (v = g on the first step); param −=
   * lr·(nesterov ? g + momentum·v : v)}. velocity is null where momentum is 0.
   */
  void sgd(
      View param,
      View grad,
      View velocity,
      boolean first,
      float lr,
      float momentum,
      float weightDecay,
      boolean nesterov);

  /**
   * Adam (Kingma and Ba, 2015), or AdamW (Loshchilov and Hutter, 2019) where {@code decoupled}, at
   * step t = 1, 2, …; m and v are the running moments.
   */
  void adam(
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
      boolean decoupled);
}
