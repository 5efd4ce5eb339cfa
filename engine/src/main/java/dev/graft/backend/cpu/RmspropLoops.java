package dev.graft.backend.cpu;

import dev.graft.backend.View;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** RMSprop's four loops: centred or not, with momentum or without. */
final class RmspropLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private RmspropLoops() {}

  record Step(float lr, float alpha, float rest, float eps, float momentum, float decay) {}

  static void run(
      Step a, View param, View grad, View square, View mean, View velocity, int from, int to) {
    int n = to - from;
    float[] p = param.array();
    float[] g = grad.array();
    float[] s = square.array();
    int po = param.offset() + from;
    int go = grad.offset() + from;
    int so = square.offset() + from;
    if (mean == null && velocity == null) {
      plain(a, p, po, g, go, s, so, n);
    } else if (mean == null) {
      momentum(a, p, po, g, go, s, so, velocity.array(), velocity.offset() + from, n);
    } else if (velocity == null) {
      centered(a, p, po, g, go, s, so, mean.array(), mean.offset() + from, n);
    } else {
      float[] m = mean.array();
      float[] v = velocity.array();
      both(a, p, po, g, go, s, so, m, mean.offset() + from, v, velocity.offset() + from, n);
    }
  }

  private static void plain(
      Step a, float[] p, int po, float[] g, int go, float[] s, int so, int n) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> in = S.indexInRange(i, n);
      FloatVector w = FloatVector.fromArray(S, p, po + i, in);
      FloatVector grad = FloatVector.fromArray(S, g, go + i, in).add(w.mul(a.decay));
      FloatVector square =
          FloatVector.fromArray(S, s, so + i, in).mul(a.alpha).add(grad.mul(grad).mul(a.rest));
      square.intoArray(s, so + i, in);
      FloatVector step = grad.div(square.sqrt().add(a.eps));
      w.sub(step.mul(a.lr)).intoArray(p, po + i, in);
    }
  }

  private static void momentum(
      Step a, float[] p, int po, float[] g, int go, float[] s, int so, float[] v, int vo, int n) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> in = S.indexInRange(i, n);
      FloatVector w = FloatVector.fromArray(S, p, po + i, in);
      FloatVector grad = FloatVector.fromArray(S, g, go + i, in).add(w.mul(a.decay));
      FloatVector square =
          FloatVector.fromArray(S, s, so + i, in).mul(a.alpha).add(grad.mul(grad).mul(a.rest));
      square.intoArray(s, so + i, in);
      FloatVector step = grad.div(square.sqrt().add(a.eps));
      FloatVector speed = FloatVector.fromArray(S, v, vo + i, in).mul(a.momentum).add(step);
      speed.intoArray(v, vo + i, in);
      w.sub(speed.mul(a.lr)).intoArray(p, po + i, in);
    }
  }

  private static void centered(
      Step a, float[] p, int po, float[] g, int go, float[] s, int so, float[] m, int mo, int n) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> in = S.indexInRange(i, n);
      FloatVector w = FloatVector.fromArray(S, p, po + i, in);
      FloatVector grad = FloatVector.fromArray(S, g, go + i, in).add(w.mul(a.decay));
      FloatVector square =
          FloatVector.fromArray(S, s, so + i, in).mul(a.alpha).add(grad.mul(grad).mul(a.rest));
      FloatVector mean = FloatVector.fromArray(S, m, mo + i, in).mul(a.alpha).add(grad.mul(a.rest));
      square.intoArray(s, so + i, in);
      mean.intoArray(m, mo + i, in);
      FloatVector step = grad.div(deviation(square, mean).add(a.eps));
      w.sub(step.mul(a.lr)).intoArray(p, po + i, in);
    }
  }

  private static void both(
      Step a,
      float[] p,
      int po,
      float[] g,
      int go,
      float[] s,
      int so,
      float[] m,
      int mo,
      float[] v,
      int vo,
      int n) {
    for (int i = 0; i < n; i += L) {
      VectorMask<Float> in = S.indexInRange(i, n);
      FloatVector w = FloatVector.fromArray(S, p, po + i, in);
      FloatVector grad = FloatVector.fromArray(S, g, go + i, in).add(w.mul(a.decay));
      FloatVector square =
          FloatVector.fromArray(S, s, so + i, in).mul(a.alpha).add(grad.mul(grad).mul(a.rest));
      FloatVector mean = FloatVector.fromArray(S, m, mo + i, in).mul(a.alpha).add(grad.mul(a.rest));
      square.intoArray(s, so + i, in);
      mean.intoArray(m, mo + i, in);
      FloatVector step = grad.div(deviation(square, mean).add(a.eps));
      FloatVector speed = FloatVector.fromArray(S, v, vo + i, in).mul(a.momentum).add(step);
      speed.intoArray(v, vo + i, in);
      w.sub(speed.mul(a.lr)).intoArray(p, po + i, in);
    }
  }

  /** Where all gradients were equal, rounding may make the variance negative. */
  private static FloatVector deviation(FloatVector square, FloatVector mean) {
    return square.sub(mean.mul(mean)).max(0f).sqrt();
  }
}
