package dev.graft.backend.cpu;

import dev.graft.backend.View;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** RMSprop's four loops: centred or not, with momentum or without. */
final class RmspropLoops {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private RmspropLoops() {}

  record Step(float lr, float alpha, float rest, float eps, float momentum, float decay) {}

  static void run(
      Step a, View param, View grad, View square, View mean, View velocity, int from, int to) {
    float[] p = param.array();
    float[] g = grad.array();
    float[] s = square.array();
    float[] m = mean == null ? null : mean.array();
    float[] v = velocity == null ? null : velocity.array();
    int po = param.offset() + from;
    int go = grad.offset() + from;
    int so = square.offset() + from;
    int mo = mean == null ? 0 : mean.offset() + from;
    int vo = velocity == null ? 0 : velocity.offset() + from;
    int whole = LastVector.whole(to - from);
    run(a, p, po, g, go, s, so, m, mo, v, vo, whole);
    int rest = to - from - whole;
    if (rest > 0) {
      float[] lastP = LastVector.copy(p, po + whole, rest);
      float[] lastG = LastVector.copy(g, go + whole, rest);
      float[] lastS = LastVector.copy(s, so + whole, rest);
      float[] lastM = LastVector.copy(m, mo + whole, rest);
      float[] lastV = LastVector.copy(v, vo + whole, rest);
      run(a, lastP, 0, lastG, 0, lastS, 0, lastM, 0, lastV, 0, L);
      LastVector.restore(lastP, p, po + whole, rest);
      LastVector.restore(lastS, s, so + whole, rest);
      LastVector.restore(lastM, m, mo + whole, rest);
      LastVector.restore(lastV, v, vo + whole, rest);
    }
  }

  /**
   * {@code n} is a multiple of a vector's length; m without centring and v without momentum null.
   */
  private static void run(
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
    if (m == null && v == null) {
      plain(a, p, po, g, go, s, so, n);
    } else if (m == null) {
      momentum(a, p, po, g, go, s, so, v, vo, n);
    } else if (v == null) {
      centered(a, p, po, g, go, s, so, m, mo, n);
    } else {
      both(a, p, po, g, go, s, so, m, mo, v, vo, n);
    }
  }

  private static void plain(
      Step a, float[] p, int po, float[] g, int go, float[] s, int so, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector w = FloatVector.fromArray(S, p, po + i);
      FloatVector grad = FloatVector.fromArray(S, g, go + i).add(w.mul(a.decay));
      FloatVector square =
          FloatVector.fromArray(S, s, so + i).mul(a.alpha).add(grad.mul(grad).mul(a.rest));
      square.intoArray(s, so + i);
      FloatVector step = grad.div(square.sqrt().add(a.eps));
      w.sub(step.mul(a.lr)).intoArray(p, po + i);
    }
  }

  private static void momentum(
      Step a, float[] p, int po, float[] g, int go, float[] s, int so, float[] v, int vo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector w = FloatVector.fromArray(S, p, po + i);
      FloatVector grad = FloatVector.fromArray(S, g, go + i).add(w.mul(a.decay));
      FloatVector square =
          FloatVector.fromArray(S, s, so + i).mul(a.alpha).add(grad.mul(grad).mul(a.rest));
      square.intoArray(s, so + i);
      FloatVector step = grad.div(square.sqrt().add(a.eps));
      FloatVector speed = FloatVector.fromArray(S, v, vo + i).mul(a.momentum).add(step);
      speed.intoArray(v, vo + i);
      w.sub(speed.mul(a.lr)).intoArray(p, po + i);
    }
  }

  private static void centered(
      Step a, float[] p, int po, float[] g, int go, float[] s, int so, float[] m, int mo, int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector w = FloatVector.fromArray(S, p, po + i);
      FloatVector grad = FloatVector.fromArray(S, g, go + i).add(w.mul(a.decay));
      FloatVector square =
          FloatVector.fromArray(S, s, so + i).mul(a.alpha).add(grad.mul(grad).mul(a.rest));
      FloatVector mean = FloatVector.fromArray(S, m, mo + i).mul(a.alpha).add(grad.mul(a.rest));
      square.intoArray(s, so + i);
      mean.intoArray(m, mo + i);
      FloatVector step = grad.div(deviation(square, mean).add(a.eps));
      w.sub(step.mul(a.lr)).intoArray(p, po + i);
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
      FloatVector w = FloatVector.fromArray(S, p, po + i);
      FloatVector grad = FloatVector.fromArray(S, g, go + i).add(w.mul(a.decay));
      FloatVector square =
          FloatVector.fromArray(S, s, so + i).mul(a.alpha).add(grad.mul(grad).mul(a.rest));
      FloatVector mean = FloatVector.fromArray(S, m, mo + i).mul(a.alpha).add(grad.mul(a.rest));
      square.intoArray(s, so + i);
      mean.intoArray(m, mo + i);
      FloatVector step = grad.div(deviation(square, mean).add(a.eps));
      FloatVector speed = FloatVector.fromArray(S, v, vo + i).mul(a.momentum).add(step);
      speed.intoArray(v, vo + i);
      w.sub(speed.mul(a.lr)).intoArray(p, po + i);
    }
  }

  /** Where all gradients were equal, rounding may make the variance negative. */
  private static FloatVector deviation(FloatVector square, FloatVector mean) {
    return square.sub(mean.mul(mean)).max(0f).sqrt();
  }
}
