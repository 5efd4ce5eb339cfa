package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Vectors;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * 28 rows by one vector of columns, for a last panel of B that is half empty: 16 output channels
 * would leave half of {@link Microkernel14}'s products unused. Every product needs its own
 * broadcast, so that loads bound it as much as arithmetic does.
 */
final class Microkernel28 extends Microkernel {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;
  private static final int A = Blocking.ROW_STRIDE;

  @Override
  public int rows() {
    return 28;
  }

  @Override
  public void run(
      int k, float[] a, int aAt, float[] b, int bAt, boolean add, float[] out, int at, int step) {
    FloatVector c0 = FloatVector.zero(S);
    FloatVector c1 = FloatVector.zero(S);
    FloatVector c2 = FloatVector.zero(S);
    FloatVector c3 = FloatVector.zero(S);
    FloatVector c4 = FloatVector.zero(S);
    FloatVector c5 = FloatVector.zero(S);
    FloatVector c6 = FloatVector.zero(S);
    FloatVector c7 = FloatVector.zero(S);
    FloatVector c8 = FloatVector.zero(S);
    FloatVector c9 = FloatVector.zero(S);
    FloatVector c10 = FloatVector.zero(S);
    FloatVector c11 = FloatVector.zero(S);
    FloatVector c12 = FloatVector.zero(S);
    FloatVector c13 = FloatVector.zero(S);
    FloatVector c14 = FloatVector.zero(S);
    FloatVector c15 = FloatVector.zero(S);
    FloatVector c16 = FloatVector.zero(S);
    FloatVector c17 = FloatVector.zero(S);
    FloatVector c18 = FloatVector.zero(S);
    FloatVector c19 = FloatVector.zero(S);
    FloatVector c20 = FloatVector.zero(S);
    FloatVector c21 = FloatVector.zero(S);
    FloatVector c22 = FloatVector.zero(S);
    FloatVector c23 = FloatVector.zero(S);
    FloatVector c24 = FloatVector.zero(S);
    FloatVector c25 = FloatVector.zero(S);
    FloatVector c26 = FloatVector.zero(S);
    FloatVector c27 = FloatVector.zero(S);
    for (int i = aAt, j = bAt, end = aAt + k; i < end; i++, j += 2 * L) {
      FloatVector y = FloatVector.fromArray(S, b, j);
      c0 = FloatVector.broadcast(S, a[i]).fma(y, c0);
      c1 = FloatVector.broadcast(S, a[i + A]).fma(y, c1);
      c2 = FloatVector.broadcast(S, a[i + 2 * A]).fma(y, c2);
      c3 = FloatVector.broadcast(S, a[i + 3 * A]).fma(y, c3);
      c4 = FloatVector.broadcast(S, a[i + 4 * A]).fma(y, c4);
      c5 = FloatVector.broadcast(S, a[i + 5 * A]).fma(y, c5);
      c6 = FloatVector.broadcast(S, a[i + 6 * A]).fma(y, c6);
      c7 = FloatVector.broadcast(S, a[i + 7 * A]).fma(y, c7);
      c8 = FloatVector.broadcast(S, a[i + 8 * A]).fma(y, c8);
      c9 = FloatVector.broadcast(S, a[i + 9 * A]).fma(y, c9);
      c10 = FloatVector.broadcast(S, a[i + 10 * A]).fma(y, c10);
      c11 = FloatVector.broadcast(S, a[i + 11 * A]).fma(y, c11);
      c12 = FloatVector.broadcast(S, a[i + 12 * A]).fma(y, c12);
      c13 = FloatVector.broadcast(S, a[i + 13 * A]).fma(y, c13);
      c14 = FloatVector.broadcast(S, a[i + 14 * A]).fma(y, c14);
      c15 = FloatVector.broadcast(S, a[i + 15 * A]).fma(y, c15);
      c16 = FloatVector.broadcast(S, a[i + 16 * A]).fma(y, c16);
      c17 = FloatVector.broadcast(S, a[i + 17 * A]).fma(y, c17);
      c18 = FloatVector.broadcast(S, a[i + 18 * A]).fma(y, c18);
      c19 = FloatVector.broadcast(S, a[i + 19 * A]).fma(y, c19);
      c20 = FloatVector.broadcast(S, a[i + 20 * A]).fma(y, c20);
      c21 = FloatVector.broadcast(S, a[i + 21 * A]).fma(y, c21);
      c22 = FloatVector.broadcast(S, a[i + 22 * A]).fma(y, c22);
      c23 = FloatVector.broadcast(S, a[i + 23 * A]).fma(y, c23);
      c24 = FloatVector.broadcast(S, a[i + 24 * A]).fma(y, c24);
      c25 = FloatVector.broadcast(S, a[i + 25 * A]).fma(y, c25);
      c26 = FloatVector.broadcast(S, a[i + 26 * A]).fma(y, c26);
      c27 = FloatVector.broadcast(S, a[i + 27 * A]).fma(y, c27);
    }
    if (add) {
      c0 = c0.add(FloatVector.fromArray(S, out, at));
      c1 = c1.add(FloatVector.fromArray(S, out, at + step));
      c2 = c2.add(FloatVector.fromArray(S, out, at + 2 * step));
      c3 = c3.add(FloatVector.fromArray(S, out, at + 3 * step));
      c4 = c4.add(FloatVector.fromArray(S, out, at + 4 * step));
      c5 = c5.add(FloatVector.fromArray(S, out, at + 5 * step));
      c6 = c6.add(FloatVector.fromArray(S, out, at + 6 * step));
      c7 = c7.add(FloatVector.fromArray(S, out, at + 7 * step));
      c8 = c8.add(FloatVector.fromArray(S, out, at + 8 * step));
      c9 = c9.add(FloatVector.fromArray(S, out, at + 9 * step));
      c10 = c10.add(FloatVector.fromArray(S, out, at + 10 * step));
      c11 = c11.add(FloatVector.fromArray(S, out, at + 11 * step));
      c12 = c12.add(FloatVector.fromArray(S, out, at + 12 * step));
      c13 = c13.add(FloatVector.fromArray(S, out, at + 13 * step));
      c14 = c14.add(FloatVector.fromArray(S, out, at + 14 * step));
      c15 = c15.add(FloatVector.fromArray(S, out, at + 15 * step));
      c16 = c16.add(FloatVector.fromArray(S, out, at + 16 * step));
      c17 = c17.add(FloatVector.fromArray(S, out, at + 17 * step));
      c18 = c18.add(FloatVector.fromArray(S, out, at + 18 * step));
      c19 = c19.add(FloatVector.fromArray(S, out, at + 19 * step));
      c20 = c20.add(FloatVector.fromArray(S, out, at + 20 * step));
      c21 = c21.add(FloatVector.fromArray(S, out, at + 21 * step));
      c22 = c22.add(FloatVector.fromArray(S, out, at + 22 * step));
      c23 = c23.add(FloatVector.fromArray(S, out, at + 23 * step));
      c24 = c24.add(FloatVector.fromArray(S, out, at + 24 * step));
      c25 = c25.add(FloatVector.fromArray(S, out, at + 25 * step));
      c26 = c26.add(FloatVector.fromArray(S, out, at + 26 * step));
      c27 = c27.add(FloatVector.fromArray(S, out, at + 27 * step));
    }
    c0.intoArray(out, at);
    c1.intoArray(out, at + step);
    c2.intoArray(out, at + 2 * step);
    c3.intoArray(out, at + 3 * step);
    c4.intoArray(out, at + 4 * step);
    c5.intoArray(out, at + 5 * step);
    c6.intoArray(out, at + 6 * step);
    c7.intoArray(out, at + 7 * step);
    c8.intoArray(out, at + 8 * step);
    c9.intoArray(out, at + 9 * step);
    c10.intoArray(out, at + 10 * step);
    c11.intoArray(out, at + 11 * step);
    c12.intoArray(out, at + 12 * step);
    c13.intoArray(out, at + 13 * step);
    c14.intoArray(out, at + 14 * step);
    c15.intoArray(out, at + 15 * step);
    c16.intoArray(out, at + 16 * step);
    c17.intoArray(out, at + 17 * step);
    c18.intoArray(out, at + 18 * step);
    c19.intoArray(out, at + 19 * step);
    c20.intoArray(out, at + 20 * step);
    c21.intoArray(out, at + 21 * step);
    c22.intoArray(out, at + 22 * step);
    c23.intoArray(out, at + 23 * step);
    c24.intoArray(out, at + 24 * step);
    c25.intoArray(out, at + 25 * step);
    c26.intoArray(out, at + 26 * step);
    c27.intoArray(out, at + 27 * step);
  }
}
