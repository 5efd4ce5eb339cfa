package dev.graft.backend.cpu;

import dev.graft.backend.View;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** LAMB's direction: Adam's step and the decayed weight. */
final class LambLoop {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private LambLoop() {}

  /** The numbers of one step; {@code scale} and {@code root} are the bias corrections. */
  record Step(
      float beta1,
      float beta2,
      float rest1,
      float rest2,
      float scale,
      float root,
      float eps,
      float decay) {}

  static void run(Step a, View param, View grad, View m, View v, View direction, int from, int to) {
    float[] ps = param.array();
    float[] gs = grad.array();
    float[] ms = m.array();
    float[] vs = v.array();
    float[] ds = direction.array();
    int po = param.offset() + from;
    int go = grad.offset() + from;
    int mo = m.offset() + from;
    int vo = v.offset() + from;
    int at = direction.offset() + from;
    int whole = LastVector.whole(to - from);
    loop(a, ps, po, gs, go, ms, mo, vs, vo, ds, at, whole);
    int rest = to - from - whole;
    if (rest > 0) {
      float[] p = LastVector.copy(ps, po + whole, rest);
      float[] g = LastVector.copy(gs, go + whole, rest);
      float[] first = LastVector.copy(ms, mo + whole, rest);
      float[] second = LastVector.copy(vs, vo + whole, rest);
      float[] d = new float[L];
      loop(a, p, 0, g, 0, first, 0, second, 0, d, 0, L);
      LastVector.restore(first, ms, mo + whole, rest);
      LastVector.restore(second, vs, vo + whole, rest);
      LastVector.restore(d, ds, at + whole, rest);
    }
  }

  /** {@code n} is a multiple of a vector's length. */
  private static void loop(
      Step a,
      float[] p,
      int po,
      float[] g,
      int go,
      float[] m,
      int mo,
      float[] v,
      int vo,
      float[] d,
      int at,
      int n) {
    for (int i = 0; i < n; i += L) {
      FloatVector grad = FloatVector.fromArray(S, g, go + i);
      FloatVector first = FloatVector.fromArray(S, m, mo + i).mul(a.beta1).add(grad.mul(a.rest1));
      FloatVector second =
          FloatVector.fromArray(S, v, vo + i).mul(a.beta2).add(grad.mul(grad).mul(a.rest2));
      first.intoArray(m, mo + i);
      second.intoArray(v, vo + i);
      FloatVector step = first.mul(a.scale).div(second.sqrt().mul(a.root).add(a.eps));
      FloatVector w = FloatVector.fromArray(S, p, po + i);
      step.add(w.mul(a.decay)).intoArray(d, at + i);
    }
  }
}
