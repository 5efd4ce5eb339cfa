package dev.graft.backend.cpu.conv;

import dev.graft.backend.cpu.Vectors;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * 6 columns of x by two vectors of g: 12 accumulators, for machines with 16 vector registers. Both
 * operands are packed at constant distances: with distances that are arguments the loop needs more
 * scalar registers than there are, and ran at 25 GFLOP/s of 98. The fences keep the JIT from
 * reading rows ahead, as in {@link dev.graft.backend.cpu.gemm.Microkernel6}.
 */
final class OuterProducts6 {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  /** Columns of x in a tile, and the floats from a pixel to the next. */
  static final int ROWS = 6;

  static final int STEP = 8;

  private OuterProducts6() {}

  /** As {@link OuterProducts#run}. */
  static void run(
      float[] x,
      int xAt,
      float[] g,
      int gAt,
      int pixels,
      boolean both,
      boolean add,
      float[] sums,
      int at) {
    if (both) {
      two(x, xAt, g, gAt, pixels, add, sums, at);
    } else {
      one(x, xAt, g, gAt, pixels, add, sums, at);
    }
  }

  private static void two(
      float[] x, int xAt, float[] g, int gAt, int pixels, boolean add, float[] sums, int at) {
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
    for (int i = xAt, j = gAt, end = xAt + pixels * STEP; i < end; i += STEP, j += 2 * L) {
      FloatVector y = FloatVector.fromArray(S, g, j);
      FloatVector z = FloatVector.fromArray(S, g, j + L);
      FloatVector a = FloatVector.broadcast(S, x[i]);
      c0 = a.fma(y, c0);
      d0 = a.fma(z, d0);
      VarHandle.loadLoadFence();
      a = FloatVector.broadcast(S, x[i + 1]);
      c1 = a.fma(y, c1);
      d1 = a.fma(z, d1);
      VarHandle.loadLoadFence();
      a = FloatVector.broadcast(S, x[i + 2]);
      c2 = a.fma(y, c2);
      d2 = a.fma(z, d2);
      VarHandle.loadLoadFence();
      a = FloatVector.broadcast(S, x[i + 3]);
      c3 = a.fma(y, c3);
      d3 = a.fma(z, d3);
      VarHandle.loadLoadFence();
      a = FloatVector.broadcast(S, x[i + 4]);
      c4 = a.fma(y, c4);
      d4 = a.fma(z, d4);
      VarHandle.loadLoadFence();
      a = FloatVector.broadcast(S, x[i + 5]);
      c5 = a.fma(y, c5);
      d5 = a.fma(z, d5);
    }
    if (add) {
      c0 = c0.add(FloatVector.fromArray(S, sums, at));
      d0 = d0.add(FloatVector.fromArray(S, sums, at + L));
      c1 = c1.add(FloatVector.fromArray(S, sums, at + 2 * L));
      d1 = d1.add(FloatVector.fromArray(S, sums, at + 3 * L));
      c2 = c2.add(FloatVector.fromArray(S, sums, at + 4 * L));
      d2 = d2.add(FloatVector.fromArray(S, sums, at + 5 * L));
      c3 = c3.add(FloatVector.fromArray(S, sums, at + 6 * L));
      d3 = d3.add(FloatVector.fromArray(S, sums, at + 7 * L));
      c4 = c4.add(FloatVector.fromArray(S, sums, at + 8 * L));
      d4 = d4.add(FloatVector.fromArray(S, sums, at + 9 * L));
      c5 = c5.add(FloatVector.fromArray(S, sums, at + 10 * L));
      d5 = d5.add(FloatVector.fromArray(S, sums, at + 11 * L));
    }
    c0.intoArray(sums, at);
    d0.intoArray(sums, at + L);
    c1.intoArray(sums, at + 2 * L);
    d1.intoArray(sums, at + 3 * L);
    c2.intoArray(sums, at + 4 * L);
    d2.intoArray(sums, at + 5 * L);
    c3.intoArray(sums, at + 6 * L);
    d3.intoArray(sums, at + 7 * L);
    c4.intoArray(sums, at + 8 * L);
    d4.intoArray(sums, at + 9 * L);
    c5.intoArray(sums, at + 10 * L);
    d5.intoArray(sums, at + 11 * L);
  }

  private static void one(
      float[] x, int xAt, float[] g, int gAt, int pixels, boolean add, float[] sums, int at) {
    FloatVector c0 = FloatVector.zero(S);
    FloatVector c1 = FloatVector.zero(S);
    FloatVector c2 = FloatVector.zero(S);
    FloatVector c3 = FloatVector.zero(S);
    FloatVector c4 = FloatVector.zero(S);
    FloatVector c5 = FloatVector.zero(S);
    for (int i = xAt, j = gAt, end = xAt + pixels * STEP; i < end; i += STEP, j += 2 * L) {
      FloatVector y = FloatVector.fromArray(S, g, j);
      FloatVector a = FloatVector.broadcast(S, x[i]);
      c0 = a.fma(y, c0);
      VarHandle.loadLoadFence();
      a = FloatVector.broadcast(S, x[i + 1]);
      c1 = a.fma(y, c1);
      VarHandle.loadLoadFence();
      a = FloatVector.broadcast(S, x[i + 2]);
      c2 = a.fma(y, c2);
      VarHandle.loadLoadFence();
      a = FloatVector.broadcast(S, x[i + 3]);
      c3 = a.fma(y, c3);
      VarHandle.loadLoadFence();
      a = FloatVector.broadcast(S, x[i + 4]);
      c4 = a.fma(y, c4);
      VarHandle.loadLoadFence();
      a = FloatVector.broadcast(S, x[i + 5]);
      c5 = a.fma(y, c5);
    }
    if (add) {
      c0 = c0.add(FloatVector.fromArray(S, sums, at));
      c1 = c1.add(FloatVector.fromArray(S, sums, at + 2 * L));
      c2 = c2.add(FloatVector.fromArray(S, sums, at + 4 * L));
      c3 = c3.add(FloatVector.fromArray(S, sums, at + 6 * L));
      c4 = c4.add(FloatVector.fromArray(S, sums, at + 8 * L));
      c5 = c5.add(FloatVector.fromArray(S, sums, at + 10 * L));
    }
    c0.intoArray(sums, at);
    c1.intoArray(sums, at + 2 * L);
    c2.intoArray(sums, at + 4 * L);
    c3.intoArray(sums, at + 6 * L);
    c4.intoArray(sums, at + 8 * L);
    c5.intoArray(sums, at + 10 * L);
  }
}
