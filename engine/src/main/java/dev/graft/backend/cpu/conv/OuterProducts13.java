package dev.graft.backend.cpu.conv;

import dev.graft.backend.cpu.Vectors;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * 13 columns of x by two vectors of g: 26 accumulators, for machines with 32 vector registers. With
 * 14 columns C2 kept one of the 28 sums in memory, since it holds three values of x at once, and in
 * some runs of a JVM the loop took 1.5 times as long: presumably where that place crosses two cache
 * lines. The scalar registers suffice for distances that are arguments, so that x may lie in the
 * image.
 */
final class OuterProducts13 {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  /** Columns of x in a tile, and the floats from a pixel to the next of a packed one. */
  static final int ROWS = 13;

  static final int STEP = 16;

  private OuterProducts13() {}

  /**
   * {@code sums[at + r·2L + l] (+)= Σ x[i + r]·g[gAt + pixel·gStep + l]} over {@code pixels} pixels
   * and r below {@link #ROWS}: i goes from xAt by {@code step}, and from a row of {@code columns}
   * pixels to the next by {@code line}. One loop: nested ones, and sums that start from memory, box
   * their accumulators at times (3 GFLOP/s).
   *
   * @param both whether l goes over two vectors or one
   * @param add whether the sums are added to what is there
   */
  static void run(
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
      boolean add,
      float[] sums,
      int at) {
    if (both) {
      two(x, xAt, step, line, columns, pixels, g, gAt, gStep, add, sums, at);
    } else {
      one(x, xAt, step, line, columns, pixels, g, gAt, gStep, add, sums, at);
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
    int gap = line - columns * step;
    int left = columns;
    for (int p = 0, i = xAt, j = gAt; p < pixels; p++, j += gStep) {
      FloatVector y = FloatVector.fromArray(S, g, j);
      FloatVector z = FloatVector.fromArray(S, g, j + L);
      FloatVector a = FloatVector.broadcast(S, x[i + 12]);
      c12 = a.fma(y, c12);
      d12 = a.fma(z, d12);
      a = FloatVector.broadcast(S, x[i + 11]);
      c11 = a.fma(y, c11);
      d11 = a.fma(z, d11);
      a = FloatVector.broadcast(S, x[i + 10]);
      c10 = a.fma(y, c10);
      d10 = a.fma(z, d10);
      a = FloatVector.broadcast(S, x[i + 9]);
      c9 = a.fma(y, c9);
      d9 = a.fma(z, d9);
      a = FloatVector.broadcast(S, x[i + 8]);
      c8 = a.fma(y, c8);
      d8 = a.fma(z, d8);
      a = FloatVector.broadcast(S, x[i + 7]);
      c7 = a.fma(y, c7);
      d7 = a.fma(z, d7);
      a = FloatVector.broadcast(S, x[i + 6]);
      c6 = a.fma(y, c6);
      d6 = a.fma(z, d6);
      a = FloatVector.broadcast(S, x[i + 5]);
      c5 = a.fma(y, c5);
      d5 = a.fma(z, d5);
      a = FloatVector.broadcast(S, x[i + 4]);
      c4 = a.fma(y, c4);
      d4 = a.fma(z, d4);
      a = FloatVector.broadcast(S, x[i + 3]);
      c3 = a.fma(y, c3);
      d3 = a.fma(z, d3);
      a = FloatVector.broadcast(S, x[i + 2]);
      c2 = a.fma(y, c2);
      d2 = a.fma(z, d2);
      a = FloatVector.broadcast(S, x[i + 1]);
      c1 = a.fma(y, c1);
      d1 = a.fma(z, d1);
      a = FloatVector.broadcast(S, x[i]);
      c0 = a.fma(y, c0);
      d0 = a.fma(z, d0);
      i += step;
      if (--left == 0) {
        left = columns;
        i += gap;
      }
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
      c8 = c8.add(FloatVector.fromArray(S, sums, at + 16 * L));
      d8 = d8.add(FloatVector.fromArray(S, sums, at + 17 * L));
      c9 = c9.add(FloatVector.fromArray(S, sums, at + 18 * L));
      d9 = d9.add(FloatVector.fromArray(S, sums, at + 19 * L));
      c10 = c10.add(FloatVector.fromArray(S, sums, at + 20 * L));
      d10 = d10.add(FloatVector.fromArray(S, sums, at + 21 * L));
      c11 = c11.add(FloatVector.fromArray(S, sums, at + 22 * L));
      d11 = d11.add(FloatVector.fromArray(S, sums, at + 23 * L));
      c12 = c12.add(FloatVector.fromArray(S, sums, at + 24 * L));
      d12 = d12.add(FloatVector.fromArray(S, sums, at + 25 * L));
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
    c8.intoArray(sums, at + 16 * L);
    d8.intoArray(sums, at + 17 * L);
    c9.intoArray(sums, at + 18 * L);
    d9.intoArray(sums, at + 19 * L);
    c10.intoArray(sums, at + 20 * L);
    d10.intoArray(sums, at + 21 * L);
    c11.intoArray(sums, at + 22 * L);
    d11.intoArray(sums, at + 23 * L);
    c12.intoArray(sums, at + 24 * L);
    d12.intoArray(sums, at + 25 * L);
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
    FloatVector c8 = FloatVector.zero(S);
    FloatVector c9 = FloatVector.zero(S);
    FloatVector c10 = FloatVector.zero(S);
    FloatVector c11 = FloatVector.zero(S);
    FloatVector c12 = FloatVector.zero(S);
    int gap = line - columns * step;
    int left = columns;
    for (int p = 0, i = xAt, j = gAt; p < pixels; p++, j += gStep) {
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
      a = FloatVector.broadcast(S, x[i + 8]);
      c8 = a.fma(y, c8);
      a = FloatVector.broadcast(S, x[i + 9]);
      c9 = a.fma(y, c9);
      a = FloatVector.broadcast(S, x[i + 10]);
      c10 = a.fma(y, c10);
      a = FloatVector.broadcast(S, x[i + 11]);
      c11 = a.fma(y, c11);
      a = FloatVector.broadcast(S, x[i + 12]);
      c12 = a.fma(y, c12);
      i += step;
      if (--left == 0) {
        left = columns;
        i += gap;
      }
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
      c8 = c8.add(FloatVector.fromArray(S, sums, at + 16 * L));
      c9 = c9.add(FloatVector.fromArray(S, sums, at + 18 * L));
      c10 = c10.add(FloatVector.fromArray(S, sums, at + 20 * L));
      c11 = c11.add(FloatVector.fromArray(S, sums, at + 22 * L));
      c12 = c12.add(FloatVector.fromArray(S, sums, at + 24 * L));
    }
    c0.intoArray(sums, at);
    c1.intoArray(sums, at + 2 * L);
    c2.intoArray(sums, at + 4 * L);
    c3.intoArray(sums, at + 6 * L);
    c4.intoArray(sums, at + 8 * L);
    c5.intoArray(sums, at + 10 * L);
    c6.intoArray(sums, at + 12 * L);
    c7.intoArray(sums, at + 14 * L);
    c8.intoArray(sums, at + 16 * L);
    c9.intoArray(sums, at + 18 * L);
    c10.intoArray(sums, at + 20 * L);
    c11.intoArray(sums, at + 22 * L);
    c12.intoArray(sums, at + 24 * L);
  }
}
