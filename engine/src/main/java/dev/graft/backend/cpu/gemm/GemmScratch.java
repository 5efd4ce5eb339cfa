package dev.graft.backend.cpu.gemm;

import dev.graft.backend.Lines;

/** What a thread works with while it multiplies: packed operands, tiles, and where rows go. */
final class GemmScratch {
  private static final ThreadLocal<GemmScratch> OWN = ThreadLocal.withInitial(GemmScratch::new);

  /** Packed rows of A. */
  float[] a = {};

  /** Sums that have not left yet. */
  Lines.Run tiles = Lines.NOTHING;

  /** Where each row of a task begins in the result. */
  int[] offsets = {};

  private Lines.Run b = Lines.NOTHING;

  /** What {@link #a} holds: of which run, from which row and column on. */
  private long runOfA;

  private int rowOfA;
  private int columnOfA;

  private GemmScratch() {}

  static GemmScratch ofThisThread() {
    return OWN.get();
  }

  /**
   * Whether A was packed from there last, for a task with the same rows. 1024→256@14 at batch 1 on
   * two threads 1.05 of the speed of packing for every task, 256³ 1.03.
   */
  boolean holdsA(long run, int row, int k) {
    return runOfA == run && rowOfA == row && columnOfA == k;
  }

  void setHeldA(long run, int row, int k) {
    runOfA = run;
    rowOfA = row;
    columnOfA = k;
  }

  /** Makes {@link #a} hold so many floats. */
  float[] a(int length) {
    if (a.length < length) {
      a = new float[length];
    }
    return a;
  }

  /** Packed panels of B that nobody else multiplies. */
  Lines.Run b(int length) {
    b = b.orLonger(length);
    return b;
  }

  /** Makes {@link #tiles} hold so many floats. */
  void tiles(int length) {
    tiles = tiles.orLonger(length);
  }

  /** Makes {@link #offsets} hold so many rows. */
  void offsets(int length) {
    if (offsets.length < length) {
      offsets = new int[length];
    }
  }

  /**
   * Floats from each row of the result to the next, if all of a full tile lie as far apart; 0
   * otherwise.
   */
  int rowsApart(int first) {
    int apart = offsets[first + 1] - offsets[first];
    for (int i = first + 2; i < first + Microkernel.MR; i++) {
      if (offsets[i] - offsets[i - 1] != apart) {
        return 0;
      }
    }
    return apart;
  }
}
