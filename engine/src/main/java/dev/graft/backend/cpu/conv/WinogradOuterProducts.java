package dev.graft.backend.cpu.conv;

import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.gemm.Microkernel;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost sums of a {@link WinogradWeightGradient}: over tiles, the outer products of a few
 * channels of the input with one or two vectors of output channels. Eight channels divide a vector
 * of 16, so that no lane is wasted, and need ten loads for 16 products. With 16 registers six
 * channels are summed at a time, in order by fences as in {@link OuterProducts6}.
 */
final class WinogradOuterProducts {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  /** Channels of the input at a time: eight where there are 32 vector registers. */
  static final int ROWS = Microkernel.MR >= 14 && L >= 8 ? 8 : 4;

  /** Whether there are 16 registers: six channels, whose twelve sums hide the products' latency. */
  static final boolean SIXES = Microkernel.MR < 14;

  private WinogradOuterProducts() {}

  /** Channels to sum next, of {@code left}: sixes, after as many fours as make the rest even. */
  static int rows(int left) {
    return SIXES && left % 6 == 0 ? 6 : ROWS;
  }

  /**
   * {@code sums[at + r·2L + l] (+)= Σ_t x[xAt + t·xStep + r]·g[gAt + t·gStep + l]} for r below
   * {@code rows}.
   *
   * @param rows as {@link #rows} has it
   * @param two whether l goes over two vectors or one
   * @param add whether the sums begin with what is there instead of zero
   */
  static void sum(
      int rows,
      boolean two,
      float[] x,
      int xAt,
      int xStep,
      float[] g,
      int gAt,
      int gStep,
      int count,
      boolean add,
      float[] sums,
      int at) {
    if (ROWS == 8) {
      if (two) {
        eightByTwo(x, xAt, xStep, g, gAt, gStep, count, add, sums, at);
      } else {
        eightByOne(x, xAt, xStep, g, gAt, gStep, count, add, sums, at);
      }
    } else if (rows == 6) {
      if (two) {
        sixByTwo(x, xAt, xStep, g, gAt, count, add, sums, at);
      } else {
        sixByOne(x, xAt, xStep, g, gAt, gStep, count, add, sums, at);
      }
    } else if (two) {
      fourByTwo(x, xAt, xStep, g, gAt, gStep, count, add, sums, at);
    } else {
      fourByOne(x, xAt, xStep, g, gAt, gStep, count, add, sums, at);
    }
  }

  private static void eightByTwo(
      float[] x,
      int xAt,
      int xStep,
      float[] g,
      int gAt,
      int gStep,
      int count,
      boolean add,
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
    FloatVector c6 = FloatVector.zero(S);
    FloatVector d6 = FloatVector.zero(S);
    FloatVector c7 = FloatVector.zero(S);
    FloatVector d7 = FloatVector.zero(S);
    for (int t = 0, i = xAt, j = gAt; t < count; t++, i += xStep, j += gStep) {
      FloatVector y = FloatVector.fromArray(S, g, j);
      FloatVector z = FloatVector.fromArray(S, g, j + L);
      FloatVector a = FloatVector.broadcast(S, x[i]);
      c0 = a.fma(y, c0);
      d0 = a.fma(z, d0);
      a = FloatVector.broadcast(S, x[i + 1]);
      c1 = a.fma(y, c1);
      d1 = a.fma(z, d1);
      a = FloatVector.broadcast(S, x[i + 2]);
      c2 = a.fma(y, c2);
      d2 = a.fma(z, d2);
      a = FloatVector.broadcast(S, x[i + 3]);
      c3 = a.fma(y, c3);
      d3 = a.fma(z, d3);
      a = FloatVector.broadcast(S, x[i + 4]);
      c4 = a.fma(y, c4);
      d4 = a.fma(z, d4);
      a = FloatVector.broadcast(S, x[i + 5]);
      c5 = a.fma(y, c5);
      d5 = a.fma(z, d5);
      a = FloatVector.broadcast(S, x[i + 6]);
      c6 = a.fma(y, c6);
      d6 = a.fma(z, d6);
      a = FloatVector.broadcast(S, x[i + 7]);
      c7 = a.fma(y, c7);
      d7 = a.fma(z, d7);
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
      c6 = c6.add(FloatVector.fromArray(S, sums, at + 12 * L));
      d6 = d6.add(FloatVector.fromArray(S, sums, at + 13 * L));
      c7 = c7.add(FloatVector.fromArray(S, sums, at + 14 * L));
      d7 = d7.add(FloatVector.fromArray(S, sums, at + 15 * L));
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
    c6.intoArray(sums, at + 12 * L);
    d6.intoArray(sums, at + 13 * L);
    c7.intoArray(sums, at + 14 * L);
    d7.intoArray(sums, at + 15 * L);
  }

  private static void eightByOne(
      float[] x,
      int xAt,
      int xStep,
      float[] g,
      int gAt,
      int gStep,
      int count,
      boolean add,
      float[] sums,
      int at) {
    FloatVector c0 = FloatVector.zero(S);
    FloatVector c1 = FloatVector.zero(S);
    FloatVector c2 = FloatVector.zero(S);
    FloatVector c3 = FloatVector.zero(S);
    FloatVector c4 = FloatVector.zero(S);
    FloatVector c5 = FloatVector.zero(S);
    FloatVector c6 = FloatVector.zero(S);
    FloatVector c7 = FloatVector.zero(S);
    for (int t = 0, i = xAt, j = gAt; t < count; t++, i += xStep, j += gStep) {
      FloatVector y = FloatVector.fromArray(S, g, j);
      FloatVector a = FloatVector.broadcast(S, x[i]);
      c0 = a.fma(y, c0);
      a = FloatVector.broadcast(S, x[i + 1]);
      c1 = a.fma(y, c1);
      a = FloatVector.broadcast(S, x[i + 2]);
      c2 = a.fma(y, c2);
      a = FloatVector.broadcast(S, x[i + 3]);
      c3 = a.fma(y, c3);
      a = FloatVector.broadcast(S, x[i + 4]);
      c4 = a.fma(y, c4);
      a = FloatVector.broadcast(S, x[i + 5]);
      c5 = a.fma(y, c5);
      a = FloatVector.broadcast(S, x[i + 6]);
      c6 = a.fma(y, c6);
      a = FloatVector.broadcast(S, x[i + 7]);
      c7 = a.fma(y, c7);
    }
    if (add) {
      c0 = c0.add(FloatVector.fromArray(S, sums, at));
      c1 = c1.add(FloatVector.fromArray(S, sums, at + 2 * L));
      c2 = c2.add(FloatVector.fromArray(S, sums, at + 4 * L));
      c3 = c3.add(FloatVector.fromArray(S, sums, at + 6 * L));
      c4 = c4.add(FloatVector.fromArray(S, sums, at + 8 * L));
      c5 = c5.add(FloatVector.fromArray(S, sums, at + 10 * L));
      c6 = c6.add(FloatVector.fromArray(S, sums, at + 12 * L));
      c7 = c7.add(FloatVector.fromArray(S, sums, at + 14 * L));
    }
    c0.intoArray(sums, at);
    c1.intoArray(sums, at + 2 * L);
    c2.intoArray(sums, at + 4 * L);
    c3.intoArray(sums, at + 6 * L);
    c4.intoArray(sums, at + 8 * L);
    c5.intoArray(sums, at + 10 * L);
    c6.intoArray(sums, at + 12 * L);
    c7.intoArray(sums, at + 14 * L);
  }

  /** The gradients of a panel of two vectors follow each other. */
  private static void sixByTwo(
      float[] x,
      int xAt,
      int xStep,
      float[] g,
      int gAt,
      int count,
      boolean add,
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
    for (int i = xAt, j = gAt, end = gAt + count * 2 * L; j < end; i += xStep, j += 2 * L) {
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

  private static void sixByOne(
      float[] x,
      int xAt,
      int xStep,
      float[] g,
      int gAt,
      int gStep,
      int count,
      boolean add,
      float[] sums,
      int at) {
    FloatVector c0 = FloatVector.zero(S);
    FloatVector c1 = FloatVector.zero(S);
    FloatVector c2 = FloatVector.zero(S);
    FloatVector c3 = FloatVector.zero(S);
    FloatVector c4 = FloatVector.zero(S);
    FloatVector c5 = FloatVector.zero(S);
    for (int i = xAt, j = gAt, end = gAt + count * gStep; j < end; i += xStep, j += gStep) {
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

  private static void fourByTwo(
      float[] x,
      int xAt,
      int xStep,
      float[] g,
      int gAt,
      int gStep,
      int count,
      boolean add,
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
    for (int t = 0, i = xAt, j = gAt; t < count; t++, i += xStep, j += gStep) {
      FloatVector y = FloatVector.fromArray(S, g, j);
      FloatVector z = FloatVector.fromArray(S, g, j + L);
      FloatVector a = FloatVector.broadcast(S, x[i]);
      c0 = a.fma(y, c0);
      d0 = a.fma(z, d0);
      a = FloatVector.broadcast(S, x[i + 1]);
      c1 = a.fma(y, c1);
      d1 = a.fma(z, d1);
      a = FloatVector.broadcast(S, x[i + 2]);
      c2 = a.fma(y, c2);
      d2 = a.fma(z, d2);
      a = FloatVector.broadcast(S, x[i + 3]);
      c3 = a.fma(y, c3);
      d3 = a.fma(z, d3);
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
    }
    c0.intoArray(sums, at);
    d0.intoArray(sums, at + L);
    c1.intoArray(sums, at + 2 * L);
    d1.intoArray(sums, at + 3 * L);
    c2.intoArray(sums, at + 4 * L);
    d2.intoArray(sums, at + 5 * L);
    c3.intoArray(sums, at + 6 * L);
    d3.intoArray(sums, at + 7 * L);
  }

  private static void fourByOne(
      float[] x,
      int xAt,
      int xStep,
      float[] g,
      int gAt,
      int gStep,
      int count,
      boolean add,
      float[] sums,
      int at) {
    FloatVector c0 = FloatVector.zero(S);
    FloatVector c1 = FloatVector.zero(S);
    FloatVector c2 = FloatVector.zero(S);
    FloatVector c3 = FloatVector.zero(S);
    for (int t = 0, i = xAt, j = gAt; t < count; t++, i += xStep, j += gStep) {
      FloatVector y = FloatVector.fromArray(S, g, j);
      FloatVector a = FloatVector.broadcast(S, x[i]);
      c0 = a.fma(y, c0);
      a = FloatVector.broadcast(S, x[i + 1]);
      c1 = a.fma(y, c1);
      a = FloatVector.broadcast(S, x[i + 2]);
      c2 = a.fma(y, c2);
      a = FloatVector.broadcast(S, x[i + 3]);
      c3 = a.fma(y, c3);
    }
    if (add) {
      c0 = c0.add(FloatVector.fromArray(S, sums, at));
      c1 = c1.add(FloatVector.fromArray(S, sums, at + 2 * L));
      c2 = c2.add(FloatVector.fromArray(S, sums, at + 4 * L));
      c3 = c3.add(FloatVector.fromArray(S, sums, at + 6 * L));
    }
    c0.intoArray(sums, at);
    c1.intoArray(sums, at + 2 * L);
    c2.intoArray(sums, at + 4 * L);
    c3.intoArray(sums, at + 6 * L);
  }
}
