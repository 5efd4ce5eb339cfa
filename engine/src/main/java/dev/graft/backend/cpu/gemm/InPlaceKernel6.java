package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Vectors;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * 6 rows by two vectors of columns: 12 accumulators, for machines with 16 vector registers; with
 * fences as in {@link Microkernel6}.
 */
final class InPlaceKernel6 extends InPlaceKernel {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;
  private static final int NR = Blocking.NR;

  @Override
  int rows() {
    return 6;
  }

  @Override
  void run(
      int k, float[] a, int aAt, int apart, float[] b, int bAt, boolean add, float[] tile, int at) {
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
    int a1 = apart;
    int a2 = 2 * apart;
    int a3 = 3 * apart;
    int a4 = 4 * apart;
    int a5 = 5 * apart;
    for (int i = aAt, j = bAt, end = aAt + k; i < end; i++, j += 2 * L) {
      FloatVector y = FloatVector.fromArray(S, b, j);
      FloatVector z = FloatVector.fromArray(S, b, j + L);
      FloatVector x = FloatVector.broadcast(S, a[i]);
      c0 = x.fma(y, c0);
      d0 = x.fma(z, d0);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + a1]);
      c1 = x.fma(y, c1);
      d1 = x.fma(z, d1);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + a2]);
      c2 = x.fma(y, c2);
      d2 = x.fma(z, d2);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + a3]);
      c3 = x.fma(y, c3);
      d3 = x.fma(z, d3);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + a4]);
      c4 = x.fma(y, c4);
      d4 = x.fma(z, d4);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + a5]);
      c5 = x.fma(y, c5);
      d5 = x.fma(z, d5);
    }
    if (add) {
      c0 = c0.add(FloatVector.fromArray(S, tile, at));
      d0 = d0.add(FloatVector.fromArray(S, tile, at + L));
      c1 = c1.add(FloatVector.fromArray(S, tile, at + NR));
      d1 = d1.add(FloatVector.fromArray(S, tile, at + NR + L));
      c2 = c2.add(FloatVector.fromArray(S, tile, at + 2 * NR));
      d2 = d2.add(FloatVector.fromArray(S, tile, at + 2 * NR + L));
      c3 = c3.add(FloatVector.fromArray(S, tile, at + 3 * NR));
      d3 = d3.add(FloatVector.fromArray(S, tile, at + 3 * NR + L));
      c4 = c4.add(FloatVector.fromArray(S, tile, at + 4 * NR));
      d4 = d4.add(FloatVector.fromArray(S, tile, at + 4 * NR + L));
      c5 = c5.add(FloatVector.fromArray(S, tile, at + 5 * NR));
      d5 = d5.add(FloatVector.fromArray(S, tile, at + 5 * NR + L));
    }
    c0.intoArray(tile, at);
    d0.intoArray(tile, at + L);
    c1.intoArray(tile, at + NR);
    d1.intoArray(tile, at + NR + L);
    c2.intoArray(tile, at + 2 * NR);
    d2.intoArray(tile, at + 2 * NR + L);
    c3.intoArray(tile, at + 3 * NR);
    d3.intoArray(tile, at + 3 * NR + L);
    c4.intoArray(tile, at + 4 * NR);
    d4.intoArray(tile, at + 4 * NR + L);
    c5.intoArray(tile, at + 5 * NR);
    d5.intoArray(tile, at + 5 * NR + L);
  }
}
