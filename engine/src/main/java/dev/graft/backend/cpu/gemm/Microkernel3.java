package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Vectors;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * 3 rows by two vectors of columns: the last rows of a matrix where {@link Microkernel6} is used.
 * The fences as there; they also keep the JIT from unrolling, with 20 spills (46 to 67 GFLOP/s).
 */
final class Microkernel3 extends Microkernel {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;
  private static final int A = Blocking.ROW_STRIDE;

  @Override
  public int rows() {
    return 3;
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
    for (int i = aAt, j = bAt, end = aAt + k; i < end; i++, j += 2 * L) {
      FloatVector y = FloatVector.fromArray(S, b, j);
      FloatVector z = FloatVector.fromArray(S, b, j + L);
      FloatVector x = FloatVector.broadcast(S, a[i]);
      c0 = x.fma(y, c0);
      d0 = x.fma(z, d0);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + A]);
      c1 = x.fma(y, c1);
      d1 = x.fma(z, d1);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + 2 * A]);
      c2 = x.fma(y, c2);
      d2 = x.fma(z, d2);
    }
    if (add) {
      c0 = c0.add(FloatVector.fromArray(S, out, at));
      d0 = d0.add(FloatVector.fromArray(S, out, at + L));
      c1 = c1.add(FloatVector.fromArray(S, out, at + step));
      d1 = d1.add(FloatVector.fromArray(S, out, at + step + L));
      c2 = c2.add(FloatVector.fromArray(S, out, at + 2 * step));
      d2 = d2.add(FloatVector.fromArray(S, out, at + 2 * step + L));
    }
    c0.intoArray(out, at);
    d0.intoArray(out, at + L);
    c1.intoArray(out, at + step);
    d1.intoArray(out, at + step + L);
    c2.intoArray(out, at + 2 * step);
    d2.intoArray(out, at + 2 * step + L);
  }
}
