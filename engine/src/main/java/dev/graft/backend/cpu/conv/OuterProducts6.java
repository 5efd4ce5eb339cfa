package dev.graft.backend.cpu.conv;

import dev.graft.backend.cpu.Vectors;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** 6 columns of x by two vectors of g: 12 accumulators, for machines with 16 vector registers. */
final class OuterProducts6 extends OuterProducts {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  @Override
  int rows() {
    return 6;
  }

  @Override
  void run(
      float[] x,
      int xAt,
      int step,
      int line,
      int columns,
      int pixels,
      float[] g,
      int gAt,
      int gStep,
      boolean both,
      float[] sums,
      int at) {
    if (both) {
      two(x, xAt, step, line, columns, pixels, g, gAt, gStep, sums, at);
    } else {
      one(x, xAt, step, line, columns, pixels, g, gAt, gStep, sums, at);
    }
  }

  private static void two(
      float[] x,
      int xAt,
      int step,
      int line,
      int columns,
      int pixels,
      float[] g,
      int gAt,
      int gStep,
      float[] sums,
      int at) {
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
    int gap = line - columns * step;
    int left = columns;
    for (int p = 0, i = xAt, j = gAt; p < pixels; p++, j += gStep) {
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
      i += step;
      if (--left == 0) {
        left = columns;
        i += gap;
      }
    }
    FloatVector.fromArray(S, sums, at).add(c0).intoArray(sums, at);
    FloatVector.fromArray(S, sums, at + 1 * L).add(d0).intoArray(sums, at + 1 * L);
    FloatVector.fromArray(S, sums, at + 2 * L).add(c1).intoArray(sums, at + 2 * L);
    FloatVector.fromArray(S, sums, at + 3 * L).add(d1).intoArray(sums, at + 3 * L);
    FloatVector.fromArray(S, sums, at + 4 * L).add(c2).intoArray(sums, at + 4 * L);
    FloatVector.fromArray(S, sums, at + 5 * L).add(d2).intoArray(sums, at + 5 * L);
    FloatVector.fromArray(S, sums, at + 6 * L).add(c3).intoArray(sums, at + 6 * L);
    FloatVector.fromArray(S, sums, at + 7 * L).add(d3).intoArray(sums, at + 7 * L);
    FloatVector.fromArray(S, sums, at + 8 * L).add(c4).intoArray(sums, at + 8 * L);
    FloatVector.fromArray(S, sums, at + 9 * L).add(d4).intoArray(sums, at + 9 * L);
    FloatVector.fromArray(S, sums, at + 10 * L).add(c5).intoArray(sums, at + 10 * L);
    FloatVector.fromArray(S, sums, at + 11 * L).add(d5).intoArray(sums, at + 11 * L);
  }

  private static void one(
      float[] x,
      int xAt,
      int step,
      int line,
      int columns,
      int pixels,
      float[] g,
      int gAt,
      int gStep,
      float[] sums,
      int at) {
    FloatVector c0 = FloatVector.zero(S);
    FloatVector c1 = FloatVector.zero(S);
    FloatVector c2 = FloatVector.zero(S);
    FloatVector c3 = FloatVector.zero(S);
    FloatVector c4 = FloatVector.zero(S);
    FloatVector c5 = FloatVector.zero(S);
    int gap = line - columns * step;
    int left = columns;
    for (int p = 0, i = xAt, j = gAt; p < pixels; p++, j += gStep) {
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
      i += step;
      if (--left == 0) {
        left = columns;
        i += gap;
      }
    }
    FloatVector.fromArray(S, sums, at).add(c0).intoArray(sums, at);
    FloatVector.fromArray(S, sums, at + 2 * L).add(c1).intoArray(sums, at + 2 * L);
    FloatVector.fromArray(S, sums, at + 4 * L).add(c2).intoArray(sums, at + 4 * L);
    FloatVector.fromArray(S, sums, at + 6 * L).add(c3).intoArray(sums, at + 6 * L);
    FloatVector.fromArray(S, sums, at + 8 * L).add(c4).intoArray(sums, at + 8 * L);
    FloatVector.fromArray(S, sums, at + 10 * L).add(c5).intoArray(sums, at + 10 * L);
  }
}
