package dev.graft.backend.cpu;

import dev.graft.backend.View;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
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
    loop(
        a,
        param.array(),
        param.offset() + from,
        grad.array(),
        grad.offset() + from,
        m.array(),
        m.offset() + from,
        v.array(),
        v.offset() + from,
        direction.array(),
        direction.offset() + from,
        to - from);
  }

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
      VectorMask<Float> in = S.indexInRange(i, n);
      FloatVector grad = FloatVector.fromArray(S, g, go + i, in);
      FloatVector first =
          FloatVector.fromArray(S, m, mo + i, in).mul(a.beta1).add(grad.mul(a.rest1));
      FloatVector second =
          FloatVector.fromArray(S, v, vo + i, in).mul(a.beta2).add(grad.mul(grad).mul(a.rest2));
      first.intoArray(m, mo + i, in);
      second.intoArray(v, vo + i, in);
      FloatVector step = first.mul(a.scale).div(second.sqrt().mul(a.root).add(a.eps));
      FloatVector w = FloatVector.fromArray(S, p, po + i, in);
      step.add(w.mul(a.decay)).intoArray(d, at + i, in);
    }
  }
}
