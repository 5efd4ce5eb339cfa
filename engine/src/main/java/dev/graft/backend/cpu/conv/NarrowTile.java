package dev.graft.backend.cpu.conv;

import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.gemm.Blocking;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost sums of a {@link NarrowConv}: some neighbouring output pixels by one or two vectors
 * of output channels. x is read where it lies, one row of taps after the other.
 */
final class NarrowTile {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;
  private static final int NR = Blocking.NR;

  /** Pixels of the longer and of the shorter tile. */
  static final int LONG = 12;

  static final int SHORT = 8;

  /** Pixels of a tile of two vectors on machines with 16 registers: twelve sums. */
  static final int SIX = 6;

  private NarrowTile() {}

  /**
   * {@code tile[(pixel·vectors + v)·L + l] = Σ_k x[i + pixel·step]·w[wAt + k·NR + v·L + l]}: i goes
   * by 1 from {@code at}, and by {@code gap} more after every {@code run} products. Tiles of six
   * and eight pixels have a loop for each run, out of which the checks of x's bounds are kept: one
   * loop had 51 instructions a turn; six pixels twice on 10 channels 1.23 of the speed, on one
   * channel, by runs of 5, 0.89. The larger tiles have more products a turn and one loop: with two,
   * twelve pixels spilled four vectors of 16.
   *
   * @param pixels {@link #LONG}, {@link #SHORT} or {@link #SIX}
   * @param two whether two vectors of channels or one
   */
  static void sum(
      int pixels,
      boolean two,
      float[] x,
      int at,
      int step,
      int run,
      int gap,
      int k,
      float[] w,
      int wAt,
      float[] tile) {
    if (pixels == SIX) {
      if (two) {
        sixPixelsTwice(x, at, step, run, gap, k, w, wAt, tile);
      } else {
        sixPixels(x, at, step, run, gap, k, w, wAt, tile);
      }
    } else if (two) {
      if (pixels == LONG) {
        twelvePixelsTwice(x, at, step, run, gap, k, w, wAt, tile);
      } else {
        eightPixelsTwice(x, at, step, run, gap, k, w, wAt, tile);
      }
    } else if (pixels == LONG) {
      twelvePixels(x, at, step, run, gap, k, w, wAt, tile);
    } else {
      eightPixels(x, at, step, run, gap, k, w, wAt, tile);
    }
  }

  private static void twelvePixels(
      float[] x, int at, int step, int run, int gap, int k, float[] w, int wAt, float[] tile) {
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
    int left = run;
    for (int i = at, j = wAt, end = wAt + k * NR; j < end; j += NR) {
      FloatVector y = FloatVector.fromArray(S, w, j);
      FloatVector a = FloatVector.broadcast(S, x[i]);
      c0 = a.fma(y, c0);
      a = FloatVector.broadcast(S, x[i + step]);
      c1 = a.fma(y, c1);
      a = FloatVector.broadcast(S, x[i + 2 * step]);
      c2 = a.fma(y, c2);
      a = FloatVector.broadcast(S, x[i + 3 * step]);
      c3 = a.fma(y, c3);
      a = FloatVector.broadcast(S, x[i + 4 * step]);
      c4 = a.fma(y, c4);
      a = FloatVector.broadcast(S, x[i + 5 * step]);
      c5 = a.fma(y, c5);
      a = FloatVector.broadcast(S, x[i + 6 * step]);
      c6 = a.fma(y, c6);
      a = FloatVector.broadcast(S, x[i + 7 * step]);
      c7 = a.fma(y, c7);
      a = FloatVector.broadcast(S, x[i + 8 * step]);
      c8 = a.fma(y, c8);
      a = FloatVector.broadcast(S, x[i + 9 * step]);
      c9 = a.fma(y, c9);
      a = FloatVector.broadcast(S, x[i + 10 * step]);
      c10 = a.fma(y, c10);
      a = FloatVector.broadcast(S, x[i + 11 * step]);
      c11 = a.fma(y, c11);
      i++;
      if (--left == 0) {
        left = run;
        i += gap;
      }
    }
    c0.intoArray(tile, 0);
    c1.intoArray(tile, L);
    c2.intoArray(tile, 2 * L);
    c3.intoArray(tile, 3 * L);
    c4.intoArray(tile, 4 * L);
    c5.intoArray(tile, 5 * L);
    c6.intoArray(tile, 6 * L);
    c7.intoArray(tile, 7 * L);
    c8.intoArray(tile, 8 * L);
    c9.intoArray(tile, 9 * L);
    c10.intoArray(tile, 10 * L);
    c11.intoArray(tile, 11 * L);
  }

  private static void eightPixels(
      float[] x, int at, int step, int run, int gap, int k, float[] w, int wAt, float[] tile) {
    FloatVector c0 = FloatVector.zero(S);
    FloatVector c1 = FloatVector.zero(S);
    FloatVector c2 = FloatVector.zero(S);
    FloatVector c3 = FloatVector.zero(S);
    FloatVector c4 = FloatVector.zero(S);
    FloatVector c5 = FloatVector.zero(S);
    FloatVector c6 = FloatVector.zero(S);
    FloatVector c7 = FloatVector.zero(S);
    for (int row = at, j = wAt, last = wAt + k * NR; j < last; row += run + gap) {
      for (int i = row, end = row + run; i < end; i++, j += NR) {
        FloatVector y = FloatVector.fromArray(S, w, j);
        FloatVector a = FloatVector.broadcast(S, x[i]);
        c0 = a.fma(y, c0);
        a = FloatVector.broadcast(S, x[i + step]);
        c1 = a.fma(y, c1);
        a = FloatVector.broadcast(S, x[i + 2 * step]);
        c2 = a.fma(y, c2);
        a = FloatVector.broadcast(S, x[i + 3 * step]);
        c3 = a.fma(y, c3);
        a = FloatVector.broadcast(S, x[i + 4 * step]);
        c4 = a.fma(y, c4);
        a = FloatVector.broadcast(S, x[i + 5 * step]);
        c5 = a.fma(y, c5);
        a = FloatVector.broadcast(S, x[i + 6 * step]);
        c6 = a.fma(y, c6);
        a = FloatVector.broadcast(S, x[i + 7 * step]);
        c7 = a.fma(y, c7);
      }
    }
    c0.intoArray(tile, 0);
    c1.intoArray(tile, L);
    c2.intoArray(tile, 2 * L);
    c3.intoArray(tile, 3 * L);
    c4.intoArray(tile, 4 * L);
    c5.intoArray(tile, 5 * L);
    c6.intoArray(tile, 6 * L);
    c7.intoArray(tile, 7 * L);
  }

  private static void sixPixelsTwice(
      float[] x, int at, int step, int run, int gap, int k, float[] w, int wAt, float[] tile) {
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
    for (int row = at, j = wAt, last = wAt + k * NR; j < last; row += run + gap) {
      for (int i = row, end = row + run; i < end; i++, j += NR) {
        FloatVector y = FloatVector.fromArray(S, w, j);
        FloatVector z = FloatVector.fromArray(S, w, j + L);
        FloatVector a = FloatVector.broadcast(S, x[i]);
        c0 = a.fma(y, c0);
        d0 = a.fma(z, d0);
        VarHandle.loadLoadFence();
        a = FloatVector.broadcast(S, x[i + step]);
        c1 = a.fma(y, c1);
        d1 = a.fma(z, d1);
        VarHandle.loadLoadFence();
        a = FloatVector.broadcast(S, x[i + 2 * step]);
        c2 = a.fma(y, c2);
        d2 = a.fma(z, d2);
        VarHandle.loadLoadFence();
        a = FloatVector.broadcast(S, x[i + 3 * step]);
        c3 = a.fma(y, c3);
        d3 = a.fma(z, d3);
        VarHandle.loadLoadFence();
        a = FloatVector.broadcast(S, x[i + 4 * step]);
        c4 = a.fma(y, c4);
        d4 = a.fma(z, d4);
        VarHandle.loadLoadFence();
        a = FloatVector.broadcast(S, x[i + 5 * step]);
        c5 = a.fma(y, c5);
        d5 = a.fma(z, d5);
      }
    }
    c0.intoArray(tile, 0);
    d0.intoArray(tile, L);
    c1.intoArray(tile, 2 * L);
    d1.intoArray(tile, 3 * L);
    c2.intoArray(tile, 4 * L);
    d2.intoArray(tile, 5 * L);
    c3.intoArray(tile, 6 * L);
    d3.intoArray(tile, 7 * L);
    c4.intoArray(tile, 8 * L);
    d4.intoArray(tile, 9 * L);
    c5.intoArray(tile, 10 * L);
    d5.intoArray(tile, 11 * L);
  }

  private static void sixPixels(
      float[] x, int at, int step, int run, int gap, int k, float[] w, int wAt, float[] tile) {
    FloatVector c0 = FloatVector.zero(S);
    FloatVector c1 = FloatVector.zero(S);
    FloatVector c2 = FloatVector.zero(S);
    FloatVector c3 = FloatVector.zero(S);
    FloatVector c4 = FloatVector.zero(S);
    FloatVector c5 = FloatVector.zero(S);
    for (int row = at, j = wAt, last = wAt + k * NR; j < last; row += run + gap) {
      for (int i = row, end = row + run; i < end; i++, j += NR) {
        FloatVector y = FloatVector.fromArray(S, w, j);
        FloatVector a = FloatVector.broadcast(S, x[i]);
        c0 = a.fma(y, c0);
        VarHandle.loadLoadFence();
        a = FloatVector.broadcast(S, x[i + step]);
        c1 = a.fma(y, c1);
        VarHandle.loadLoadFence();
        a = FloatVector.broadcast(S, x[i + 2 * step]);
        c2 = a.fma(y, c2);
        VarHandle.loadLoadFence();
        a = FloatVector.broadcast(S, x[i + 3 * step]);
        c3 = a.fma(y, c3);
        VarHandle.loadLoadFence();
        a = FloatVector.broadcast(S, x[i + 4 * step]);
        c4 = a.fma(y, c4);
        VarHandle.loadLoadFence();
        a = FloatVector.broadcast(S, x[i + 5 * step]);
        c5 = a.fma(y, c5);
      }
    }
    c0.intoArray(tile, 0);
    c1.intoArray(tile, L);
    c2.intoArray(tile, 2 * L);
    c3.intoArray(tile, 3 * L);
    c4.intoArray(tile, 4 * L);
    c5.intoArray(tile, 5 * L);
  }

  private static void twelvePixelsTwice(
      float[] x, int at, int step, int run, int gap, int k, float[] w, int wAt, float[] tile) {
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
    int left = run;
    for (int i = at, j = wAt, end = wAt + k * NR; j < end; j += NR) {
      FloatVector y = FloatVector.fromArray(S, w, j);
      FloatVector z = FloatVector.fromArray(S, w, j + L);
      FloatVector a = FloatVector.broadcast(S, x[i]);
      c0 = a.fma(y, c0);
      d0 = a.fma(z, d0);
      a = FloatVector.broadcast(S, x[i + step]);
      c1 = a.fma(y, c1);
      d1 = a.fma(z, d1);
      a = FloatVector.broadcast(S, x[i + 2 * step]);
      c2 = a.fma(y, c2);
      d2 = a.fma(z, d2);
      a = FloatVector.broadcast(S, x[i + 3 * step]);
      c3 = a.fma(y, c3);
      d3 = a.fma(z, d3);
      a = FloatVector.broadcast(S, x[i + 4 * step]);
      c4 = a.fma(y, c4);
      d4 = a.fma(z, d4);
      a = FloatVector.broadcast(S, x[i + 5 * step]);
      c5 = a.fma(y, c5);
      d5 = a.fma(z, d5);
      a = FloatVector.broadcast(S, x[i + 6 * step]);
      c6 = a.fma(y, c6);
      d6 = a.fma(z, d6);
      a = FloatVector.broadcast(S, x[i + 7 * step]);
      c7 = a.fma(y, c7);
      d7 = a.fma(z, d7);
      a = FloatVector.broadcast(S, x[i + 8 * step]);
      c8 = a.fma(y, c8);
      d8 = a.fma(z, d8);
      a = FloatVector.broadcast(S, x[i + 9 * step]);
      c9 = a.fma(y, c9);
      d9 = a.fma(z, d9);
      a = FloatVector.broadcast(S, x[i + 10 * step]);
      c10 = a.fma(y, c10);
      d10 = a.fma(z, d10);
      a = FloatVector.broadcast(S, x[i + 11 * step]);
      c11 = a.fma(y, c11);
      d11 = a.fma(z, d11);
      i++;
      if (--left == 0) {
        left = run;
        i += gap;
      }
    }
    c0.intoArray(tile, 0);
    d0.intoArray(tile, L);
    c1.intoArray(tile, 2 * L);
    d1.intoArray(tile, 3 * L);
    c2.intoArray(tile, 4 * L);
    d2.intoArray(tile, 5 * L);
    c3.intoArray(tile, 6 * L);
    d3.intoArray(tile, 7 * L);
    c4.intoArray(tile, 8 * L);
    d4.intoArray(tile, 9 * L);
    c5.intoArray(tile, 10 * L);
    d5.intoArray(tile, 11 * L);
    c6.intoArray(tile, 12 * L);
    d6.intoArray(tile, 13 * L);
    c7.intoArray(tile, 14 * L);
    d7.intoArray(tile, 15 * L);
    c8.intoArray(tile, 16 * L);
    d8.intoArray(tile, 17 * L);
    c9.intoArray(tile, 18 * L);
    d9.intoArray(tile, 19 * L);
    c10.intoArray(tile, 20 * L);
    d10.intoArray(tile, 21 * L);
    c11.intoArray(tile, 22 * L);
    d11.intoArray(tile, 23 * L);
  }

  private static void eightPixelsTwice(
      float[] x, int at, int step, int run, int gap, int k, float[] w, int wAt, float[] tile) {
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
    int left = run;
    for (int i = at, j = wAt, end = wAt + k * NR; j < end; j += NR) {
      FloatVector y = FloatVector.fromArray(S, w, j);
      FloatVector z = FloatVector.fromArray(S, w, j + L);
      FloatVector a = FloatVector.broadcast(S, x[i]);
      c0 = a.fma(y, c0);
      d0 = a.fma(z, d0);
      a = FloatVector.broadcast(S, x[i + step]);
      c1 = a.fma(y, c1);
      d1 = a.fma(z, d1);
      a = FloatVector.broadcast(S, x[i + 2 * step]);
      c2 = a.fma(y, c2);
      d2 = a.fma(z, d2);
      a = FloatVector.broadcast(S, x[i + 3 * step]);
      c3 = a.fma(y, c3);
      d3 = a.fma(z, d3);
      a = FloatVector.broadcast(S, x[i + 4 * step]);
      c4 = a.fma(y, c4);
      d4 = a.fma(z, d4);
      a = FloatVector.broadcast(S, x[i + 5 * step]);
      c5 = a.fma(y, c5);
      d5 = a.fma(z, d5);
      a = FloatVector.broadcast(S, x[i + 6 * step]);
      c6 = a.fma(y, c6);
      d6 = a.fma(z, d6);
      a = FloatVector.broadcast(S, x[i + 7 * step]);
      c7 = a.fma(y, c7);
      d7 = a.fma(z, d7);
      i++;
      if (--left == 0) {
        left = run;
        i += gap;
      }
    }
    c0.intoArray(tile, 0);
    d0.intoArray(tile, L);
    c1.intoArray(tile, 2 * L);
    d1.intoArray(tile, 3 * L);
    c2.intoArray(tile, 4 * L);
    d2.intoArray(tile, 5 * L);
    c3.intoArray(tile, 6 * L);
    d3.intoArray(tile, 7 * L);
    c4.intoArray(tile, 8 * L);
    d4.intoArray(tile, 9 * L);
    c5.intoArray(tile, 10 * L);
    d5.intoArray(tile, 11 * L);
    c6.intoArray(tile, 12 * L);
    d6.intoArray(tile, 13 * L);
    c7.intoArray(tile, 14 * L);
    d7.intoArray(tile, 15 * L);
  }
}
