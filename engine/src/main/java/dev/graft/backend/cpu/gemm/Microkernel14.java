package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Vectors;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * 14 rows by two vectors of columns: 28 accumulators, for machines with 32 vector registers.
 * Accumulators are locals and the loop takes one k a turn: unrolling by hand makes C2 hoist loads
 * and spill (228 → 126 GFLOP/s with two k a turn).
 */
final class Microkernel14 extends Microkernel {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;
  private static final int A = Blocking.ROW_STRIDE;

  @Override
  public int rows() {
    return 14;
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
    FloatVector c7 = FloatVector.zero(S);
    FloatVector d7 = FloatVector.zero(S);
    FloatVector c8 = FloatVector.zero(S);
    FloatVector d8 = FloatVector.zero(S);
    FloatVector c9 = FloatVector.zero(S);
    FloatVector d9 = FloatVector.zero(S);
    FloatVector c10 = FloatVector.zero(S);
    FloatVector d10 = FloatVector.zero(S);
    FloatVector c11 = FloatVector.zero(S);
    FloatVector d11 = FloatVector.zero(S);
    FloatVector c12 = FloatVector.zero(S);
    FloatVector d12 = FloatVector.zero(S);
    FloatVector c13 = FloatVector.zero(S);
    FloatVector d13 = FloatVector.zero(S);
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
      x = FloatVector.broadcast(S, a[i + 7 * A]);
      c7 = x.fma(y, c7);
      d7 = x.fma(z, d7);
      x = FloatVector.broadcast(S, a[i + 8 * A]);
      c8 = x.fma(y, c8);
      d8 = x.fma(z, d8);
      x = FloatVector.broadcast(S, a[i + 9 * A]);
      c9 = x.fma(y, c9);
      d9 = x.fma(z, d9);
      x = FloatVector.broadcast(S, a[i + 10 * A]);
      c10 = x.fma(y, c10);
      d10 = x.fma(z, d10);
      x = FloatVector.broadcast(S, a[i + 11 * A]);
      c11 = x.fma(y, c11);
      d11 = x.fma(z, d11);
      x = FloatVector.broadcast(S, a[i + 12 * A]);
      c12 = x.fma(y, c12);
      d12 = x.fma(z, d12);
      x = FloatVector.broadcast(S, a[i + 13 * A]);
      c13 = x.fma(y, c13);
      d13 = x.fma(z, d13);
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
      c7 = c7.add(FloatVector.fromArray(S, out, at + 7 * step));
      d7 = d7.add(FloatVector.fromArray(S, out, at + 7 * step + L));
      c8 = c8.add(FloatVector.fromArray(S, out, at + 8 * step));
      d8 = d8.add(FloatVector.fromArray(S, out, at + 8 * step + L));
      c9 = c9.add(FloatVector.fromArray(S, out, at + 9 * step));
      d9 = d9.add(FloatVector.fromArray(S, out, at + 9 * step + L));
      c10 = c10.add(FloatVector.fromArray(S, out, at + 10 * step));
      d10 = d10.add(FloatVector.fromArray(S, out, at + 10 * step + L));
      c11 = c11.add(FloatVector.fromArray(S, out, at + 11 * step));
      d11 = d11.add(FloatVector.fromArray(S, out, at + 11 * step + L));
      c12 = c12.add(FloatVector.fromArray(S, out, at + 12 * step));
      d12 = d12.add(FloatVector.fromArray(S, out, at + 12 * step + L));
      c13 = c13.add(FloatVector.fromArray(S, out, at + 13 * step));
      d13 = d13.add(FloatVector.fromArray(S, out, at + 13 * step + L));
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
    c7.intoArray(out, at + 7 * step);
    d7.intoArray(out, at + 7 * step + L);
    c8.intoArray(out, at + 8 * step);
    d8.intoArray(out, at + 8 * step + L);
    c9.intoArray(out, at + 9 * step);
    d9.intoArray(out, at + 9 * step + L);
    c10.intoArray(out, at + 10 * step);
    d10.intoArray(out, at + 10 * step + L);
    c11.intoArray(out, at + 11 * step);
    d11.intoArray(out, at + 11 * step + L);
    c12.intoArray(out, at + 12 * step);
    d12.intoArray(out, at + 12 * step + L);
    c13.intoArray(out, at + 13 * step);
    d13.intoArray(out, at + 13 * step + L);
  }
}
