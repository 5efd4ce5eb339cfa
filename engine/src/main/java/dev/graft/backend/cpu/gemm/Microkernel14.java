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
      int k, float[] a, int aAt, float[] b, int bAt, boolean add, float[] tile, int at) {
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
      c0 = c0.add(FloatVector.fromArray(S, tile, at));
      d0 = d0.add(FloatVector.fromArray(S, tile, at + L));
      c1 = c1.add(FloatVector.fromArray(S, tile, at + 2 * L));
      d1 = d1.add(FloatVector.fromArray(S, tile, at + 3 * L));
      c2 = c2.add(FloatVector.fromArray(S, tile, at + 4 * L));
      d2 = d2.add(FloatVector.fromArray(S, tile, at + 5 * L));
      c3 = c3.add(FloatVector.fromArray(S, tile, at + 6 * L));
      d3 = d3.add(FloatVector.fromArray(S, tile, at + 7 * L));
      c4 = c4.add(FloatVector.fromArray(S, tile, at + 8 * L));
      d4 = d4.add(FloatVector.fromArray(S, tile, at + 9 * L));
      c5 = c5.add(FloatVector.fromArray(S, tile, at + 10 * L));
      d5 = d5.add(FloatVector.fromArray(S, tile, at + 11 * L));
      c6 = c6.add(FloatVector.fromArray(S, tile, at + 12 * L));
      d6 = d6.add(FloatVector.fromArray(S, tile, at + 13 * L));
      c7 = c7.add(FloatVector.fromArray(S, tile, at + 14 * L));
      d7 = d7.add(FloatVector.fromArray(S, tile, at + 15 * L));
      c8 = c8.add(FloatVector.fromArray(S, tile, at + 16 * L));
      d8 = d8.add(FloatVector.fromArray(S, tile, at + 17 * L));
      c9 = c9.add(FloatVector.fromArray(S, tile, at + 18 * L));
      d9 = d9.add(FloatVector.fromArray(S, tile, at + 19 * L));
      c10 = c10.add(FloatVector.fromArray(S, tile, at + 20 * L));
      d10 = d10.add(FloatVector.fromArray(S, tile, at + 21 * L));
      c11 = c11.add(FloatVector.fromArray(S, tile, at + 22 * L));
      d11 = d11.add(FloatVector.fromArray(S, tile, at + 23 * L));
      c12 = c12.add(FloatVector.fromArray(S, tile, at + 24 * L));
      d12 = d12.add(FloatVector.fromArray(S, tile, at + 25 * L));
      c13 = c13.add(FloatVector.fromArray(S, tile, at + 26 * L));
      d13 = d13.add(FloatVector.fromArray(S, tile, at + 27 * L));
    }
    c0.intoArray(tile, at);
    d0.intoArray(tile, at + L);
    c1.intoArray(tile, at + 2 * L);
    d1.intoArray(tile, at + 3 * L);
    c2.intoArray(tile, at + 4 * L);
    d2.intoArray(tile, at + 5 * L);
    c3.intoArray(tile, at + 6 * L);
    d3.intoArray(tile, at + 7 * L);
    c4.intoArray(tile, at + 8 * L);
    d4.intoArray(tile, at + 9 * L);
    c5.intoArray(tile, at + 10 * L);
    d5.intoArray(tile, at + 11 * L);
    c6.intoArray(tile, at + 12 * L);
    d6.intoArray(tile, at + 13 * L);
    c7.intoArray(tile, at + 14 * L);
    d7.intoArray(tile, at + 15 * L);
    c8.intoArray(tile, at + 16 * L);
    d8.intoArray(tile, at + 17 * L);
    c9.intoArray(tile, at + 18 * L);
    d9.intoArray(tile, at + 19 * L);
    c10.intoArray(tile, at + 20 * L);
    d10.intoArray(tile, at + 21 * L);
    c11.intoArray(tile, at + 22 * L);
    d11.intoArray(tile, at + 23 * L);
    c12.intoArray(tile, at + 24 * L);
    d12.intoArray(tile, at + 25 * L);
    c13.intoArray(tile, at + 26 * L);
    d13.intoArray(tile, at + 27 * L);
  }
}
