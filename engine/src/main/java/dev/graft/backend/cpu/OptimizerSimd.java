package dev.graft.backend.cpu;

import dev.graft.backend.OptimizerKernels;
import dev.graft.backend.View;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Optimiser steps, one pass over memory each, by whole vectors: with masks in every turn SGD's step
 * of 11.7 M parameters took 20.6 instead of 5.6 ms.
 */
final class OptimizerSimd implements OptimizerKernels {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;
  private static final int GRAIN = 1 << 15;

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
    float[] ps = param.array();
    float[] gs = grad.array();
    int po = param.offset();
    int go = grad.offset();
    Parallel.forRange(
        param.numel(),
        GRAIN,
        (from, to) -> {
          int n = to - from;
          if (velocity == null) {
            plain(ps, po + from, gs, go + from, n, lr, weightDecay);
            return;
          }
          float[] vs = velocity.array();
          int vo = velocity.offset() + from;
          float keep = first ? 0 : momentum;
          if (first) {
            Arrays.fill(vs, vo, vo + n, 0f);
          }
          if (nesterov) {
            nesterov(ps, po + from, gs, go + from, vs, vo, n, lr, keep, momentum, weightDecay);
          } else {
            momentum(ps, po + from, gs, go + from, vs, vo, n, lr, keep, weightDecay);
          }
        });
  }

  // The last parameters go without vectors: a mask is an object in some JVMs' code.

  private static void plain(float[] p, int po, float[] g, int go, int n, float lr, float decay) {
    int bound = S.loopBound(n);
    for (int i = 0; i < bound; i += L) {
      FloatVector w = FloatVector.fromArray(S, p, po + i);
      FloatVector step = FloatVector.fromArray(S, g, go + i).add(w.mul(decay));
      w.sub(step.mul(lr)).intoArray(p, po + i);
    }
    for (int i = bound; i < n; i++) {
      p[po + i] -= (g[go + i] + p[po + i] * decay) * lr;
    }
  }

  private static void momentum(
      float[] p,
      int po,
      float[] g,
      int go,
      float[] v,
      int vo,
      int n,
      float lr,
      float keep,
      float decay) {
    int bound = S.loopBound(n);
    for (int i = 0; i < bound; i += L) {
      FloatVector w = FloatVector.fromArray(S, p, po + i);
      FloatVector grad = FloatVector.fromArray(S, g, go + i).add(w.mul(decay));
      FloatVector speed = FloatVector.fromArray(S, v, vo + i).mul(keep).add(grad);
      speed.intoArray(v, vo + i);
      w.sub(speed.mul(lr)).intoArray(p, po + i);
    }
    for (int i = bound; i < n; i++) {
      float speed = v[vo + i] * keep + (g[go + i] + p[po + i] * decay);
      v[vo + i] = speed;
      p[po + i] -= speed * lr;
    }
  }

  private static void nesterov(
      float[] p,
      int po,
      float[] g,
      int go,
      float[] v,
      int vo,
      int n,
      float lr,
      float keep,
      float momentum,
      float decay) {
    int bound = S.loopBound(n);
    for (int i = 0; i < bound; i += L) {
      FloatVector w = FloatVector.fromArray(S, p, po + i);
      FloatVector grad = FloatVector.fromArray(S, g, go + i).add(w.mul(decay));
      FloatVector speed = FloatVector.fromArray(S, v, vo + i).mul(keep).add(grad);
      speed.intoArray(v, vo + i);
      w.sub(speed.mul(momentum).add(grad).mul(lr)).intoArray(p, po + i);
    }
    for (int i = bound; i < n; i++) {
      float grad = g[go + i] + p[po + i] * decay;
      float speed = v[vo + i] * keep + grad;
      v[vo + i] = speed;
      p[po + i] -= (speed * momentum + grad) * lr;
    }
  }

  /**
   * Adam's numbers of one step; the bias corrections are folded into {@code rate} and {@code root}.
   */
  private record Adam(
      float beta1,
      float beta2,
      float rest1,
      float rest2,
      float rate,
      float root,
      float eps,
      float shrink,
      float decay) {}

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
    Adam step =
        new Adam(
            beta1,
            beta2,
            (float) (1.0 - beta1),
            (float) (1.0 - beta2),
            (float) (lr / correction1),
            (float) (1 / Math.sqrt(correction2)),
            eps,
            decoupled ? (float) (1 - (double) lr * weightDecay) : 1,
            decoupled ? 0 : weightDecay);
    float[] ps = param.array();
    float[] gs = grad.array();
    Parallel.forRange(
        param.numel(),
        GRAIN,
        (from, to) ->
            adam(
                step,
                ps,
                param.offset() + from,
                gs,
                grad.offset() + from,
                m.array(),
                m.offset() + from,
                v.array(),
                v.offset() + from,
                to - from));
  }

  private static void adam(
      Adam a, float[] p, int po, float[] g, int go, float[] m, int mo, float[] v, int vo, int n) {
    int whole = LastVector.whole(n);
    adamVectors(a, p, po, g, go, m, mo, v, vo, whole);
    int rest = n - whole;
    if (rest > 0) {
      float[] lastP = LastVector.copy(p, po + whole, rest);
      float[] lastG = LastVector.copy(g, go + whole, rest);
      float[] lastM = LastVector.copy(m, mo + whole, rest);
      float[] lastV = LastVector.copy(v, vo + whole, rest);
      adamVectors(a, lastP, 0, lastG, 0, lastM, 0, lastV, 0, L);
      LastVector.restore(lastP, p, po + whole, rest);
      LastVector.restore(lastM, m, mo + whole, rest);
      LastVector.restore(lastV, v, vo + whole, rest);
    }
  }

  private static void adamVectors(
      Adam a, float[] p, int po, float[] g, int go, float[] m, int mo, float[] v, int vo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector w = FloatVector.fromArray(S, p, po + i);
      FloatVector grad = FloatVector.fromArray(S, g, go + i).add(w.mul(a.decay));
      FloatVector first = FloatVector.fromArray(S, m, mo + i).mul(a.beta1).add(grad.mul(a.rest1));
      FloatVector second =
          FloatVector.fromArray(S, v, vo + i).mul(a.beta2).add(grad.mul(grad).mul(a.rest2));
      first.intoArray(m, mo + i);
      second.intoArray(v, vo + i);
      FloatVector step = first.div(second.sqrt().mul(a.root).add(a.eps));
      w.mul(a.shrink).sub(step.mul(a.rate)).intoArray(p, po + i);
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
    var step = new RmspropLoops.Step(lr, alpha, (float) (1.0 - alpha), eps, momentum, weightDecay);
    Parallel.forRange(
        param.numel(),
        GRAIN,
        (from, to) -> RmspropLoops.run(step, param, grad, square, mean, velocity, from, to));
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
    var step =
        new LambLoop.Step(
            beta1,
            beta2,
            (float) (1.0 - beta1),
            (float) (1.0 - beta2),
            (float) (1 / (1 - Math.pow(beta1, t))),
            (float) (1 / Math.sqrt(1 - Math.pow(beta2, t))),
            eps,
            weightDecay);
    Parallel.forRange(
        param.numel(),
        GRAIN,
        (from, to) -> LambLoop.run(step, param, grad, m, v, direction, from, to));
  }

  @Override
  public void lerp(View average, View value, float weight) {
    float[] as = average.array();
    float[] vs = value.array();
    Parallel.forRange(
        average.numel(),
        GRAIN,
        (from, to) ->
            lerp(as, average.offset() + from, vs, value.offset() + from, to - from, weight));
  }

  private static void lerp(float[] a, int ao, float[] v, int vo, int n, float weight) {
    int whole = LastVector.whole(n);
    for (int i = 0; i < whole; i += L) {
      FloatVector before = FloatVector.fromArray(S, a, ao + i);
      FloatVector change = FloatVector.fromArray(S, v, vo + i).sub(before);
      before.add(change.mul(weight)).intoArray(a, ao + i);
    }
    for (int i = whole; i < n; i++) {
      a[ao + i] += (v[vo + i] - a[ao + i]) * weight;
    }
  }
}
