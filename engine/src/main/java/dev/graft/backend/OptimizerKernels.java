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

  /**
   * RMSprop (Tieleman and Hinton, 2012): {@code g = grad + weightDecay·param; square = alpha·square
   * + (1−alpha)·g²; step = g / (√square + eps)}; centred (Graves, 2013) where mean is not null:
   * {@code mean = alpha·mean + (1−alpha)·g}, and mean² is taken from square under the root. Then
   * {@code param −= lr·step}, or, where velocity is not null, {@code velocity = momentum·velocity +
   * step; param −= lr·velocity}.
   */
  void rmsprop(
      View param,
      View grad,
      View square,
      View mean,
      View velocity,
      float lr,
      float alpha,
      float eps,
      float momentum,
      float weightDecay);

  /**
   * The direction in which LAMB (You et al., 2020) steps, before it is scaled to the parameter's
   * norm: {@code Adam's step + weightDecay·param}, at step t = 1, 2, …; m and v are the running
   * moments.
   */
  void lamb(
      View param,
      View grad,
      View m,
      View v,
      View direction,
      int t,
      float beta1,
      float beta2,
      float eps,
      float weightDecay);

  /** {@code average += weight·(value − average)}. */
  void lerp(View average, View value, float weight);
}
