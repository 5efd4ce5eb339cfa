package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Vectors;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * 6 rows by two vectors of columns: 12 accumulators, for machines with 16 vector registers;
 * otherwise as {@link Microkernel14}.
 *
 * <p>A row's products are kept in order by fences between loads, which are no instruction on x86:
 * without them the JIT reads four rows ahead, runs out of registers and spills two sums, 38 instead
 * of 92 GFLOP/s (Zen 3, whose peak is 98). Two products a turn share the loop's own instructions,
 * seven of 27: ResNet-50 and 1024³ at 1.02 to 1.07 of the speed; four a turn 0.97 to 1.02.
 */
final class Microkernel6 extends Microkernel {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;
  private static final int A = Blocking.ROW_STRIDE;

  @Override
  public int rows() {
    return 6;
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
    int i = aAt;
    int j = bAt;
    int end = aAt + k;
    for (int last = end - 1; i < last; i += 2, j += 4 * L) {
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
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + 3 * A]);
      c3 = x.fma(y, c3);
      d3 = x.fma(z, d3);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + 4 * A]);
      c4 = x.fma(y, c4);
      d4 = x.fma(z, d4);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + 5 * A]);
      c5 = x.fma(y, c5);
      d5 = x.fma(z, d5);
      VarHandle.loadLoadFence();
      y = FloatVector.fromArray(S, b, j + 2 * L);
      z = FloatVector.fromArray(S, b, j + 3 * L);
      x = FloatVector.broadcast(S, a[i + 1]);
      c0 = x.fma(y, c0);
      d0 = x.fma(z, d0);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + A + 1]);
      c1 = x.fma(y, c1);
      d1 = x.fma(z, d1);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + 2 * A + 1]);
      c2 = x.fma(y, c2);
      d2 = x.fma(z, d2);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + 3 * A + 1]);
      c3 = x.fma(y, c3);
      d3 = x.fma(z, d3);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + 4 * A + 1]);
      c4 = x.fma(y, c4);
      d4 = x.fma(z, d4);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + 5 * A + 1]);
      c5 = x.fma(y, c5);
      d5 = x.fma(z, d5);
    }
    if (i < end) {
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
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + 3 * A]);
      c3 = x.fma(y, c3);
      d3 = x.fma(z, d3);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + 4 * A]);
      c4 = x.fma(y, c4);
      d4 = x.fma(z, d4);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(S, a[i + 5 * A]);
      c5 = x.fma(y, c5);
      d5 = x.fma(z, d5);
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
  }
}
