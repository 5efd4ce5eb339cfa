package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Vectors;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * 7 rows by two vectors of columns: the last rows of a matrix where {@link Microkernel14} is used.
 * A 7×7 image is three tiles of 14 pixels and one of these.
 */
final class Microkernel7 extends Microkernel {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;
  private static final int A = Blocking.ROW_STRIDE;

  @Override
  public int rows() {
    return 7;
  }

  @Override
  public void run(
      int k, float[] a, int aAt, float[] b, int bAt, boolean add, float[] out, int at, int step) {
    FloatVector c0 = FloatVector.zero(S);
    FloatVector d0 = FloatVector.zero(S);
    FloatVector c1 = FloatVector.zero(S);
    FloatVector d1 = FloatVector.zero(S);
    FloatVector c2 = FloatVector.zero(S);
    FloatVector d2 = FloatVector.zero(S);
    FloatVector c3 = FloatVector.zero(S);
    FloatVector d3 = FloatVector.zero(S);
    FloatVector c4 = FloatVector.zero(S);
    FloatVector d4 = FloatVector.zero(S);
    FloatVector c5 = FloatVector.zero(S);
    FloatVector d5 = FloatVector.zero(S);
    FloatVector c6 = FloatVector.zero(S);
    FloatVector d6 = FloatVector.zero(S);
    for (int i = aAt, j = bAt, end = aAt + k; i < end; i++, j += 2 * L) {
      FloatVector y = FloatVector.fromArray(S, b, j);
      FloatVector z = FloatVector.fromArray(S, b, j + L);
      FloatVector x = FloatVector.broadcast(S, a[i]);
      c0 = x.fma(y, c0);
      d0 = x.fma(z, d0);
      x = FloatVector.broadcast(S, a[i + A]);
      c1 = x.fma(y, c1);
      d1 = x.fma(z, d1);
      x = FloatVector.broadcast(S, a[i + 2 * A]);
      c2 = x.fma(y, c2);
      d2 = x.fma(z, d2);
      x = FloatVector.broadcast(S, a[i + 3 * A]);
      c3 = x.fma(y, c3);
      d3 = x.fma(z, d3);
      x = FloatVector.broadcast(S, a[i + 4 * A]);
      c4 = x.fma(y, c4);
      d4 = x.fma(z, d4);
      x = FloatVector.broadcast(S, a[i + 5 * A]);
      c5 = x.fma(y, c5);
      d5 = x.fma(z, d5);
      x = FloatVector.broadcast(S, a[i + 6 * A]);
      c6 = x.fma(y, c6);
      d6 = x.fma(z, d6);
    }
    if (add) {
      c0 = c0.add(FloatVector.fromArray(S, out, at));
      d0 = d0.add(FloatVector.fromArray(S, out, at + L));
      c1 = c1.add(FloatVector.fromArray(S, out, at + step));
      d1 = d1.add(FloatVector.fromArray(S, out, at + step + L));
      c2 = c2.add(FloatVector.fromArray(S, out, at + 2 * step));
      d2 = d2.add(FloatVector.fromArray(S, out, at + 2 * step + L));
      c3 = c3.add(FloatVector.fromArray(S, out, at + 3 * step));
      d3 = d3.add(FloatVector.fromArray(S, out, at + 3 * step + L));
      c4 = c4.add(FloatVector.fromArray(S, out, at + 4 * step));
      d4 = d4.add(FloatVector.fromArray(S, out, at + 4 * step + L));
      c5 = c5.add(FloatVector.fromArray(S, out, at + 5 * step));
      d5 = d5.add(FloatVector.fromArray(S, out, at + 5 * step + L));
      c6 = c6.add(FloatVector.fromArray(S, out, at + 6 * step));
      d6 = d6.add(FloatVector.fromArray(S, out, at + 6 * step + L));
    }
    c0.intoArray(out, at);
    d0.intoArray(out, at + L);
    c1.intoArray(out, at + step);
    d1.intoArray(out, at + step + L);
    c2.intoArray(out, at + 2 * step);
    d2.intoArray(out, at + 2 * step + L);
    c3.intoArray(out, at + 3 * step);
    d3.intoArray(out, at + 3 * step + L);
    c4.intoArray(out, at + 4 * step);
    d4.intoArray(out, at + 4 * step + L);
    c5.intoArray(out, at + 5 * step);
    d5.intoArray(out, at + 5 * step + L);
    c6.intoArray(out, at + 6 * step);
    d6.intoArray(out, at + 6 * step + L);
  }
}
