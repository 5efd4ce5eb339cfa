package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Vectors;

/**
 * The block sizes (van Zee and van de Geijn, 2015: BLIS). A panel of B of one K block (KC × NR
 * floats, 32 KB at 512 bits) stays in L1 while the row panels of A pass over it from L2.
 */
public final class Blocking {
  /** Products summed before a tile is added to the result. */
  public static final int KC = 256;

  /**
   * The distance between the rows of a panel of A: constant, so that it is folded into addresses.
   */
  public static final int ROW_STRIDE = KC + 16;

  /** Columns of a tile. */
  public static final int NR = 2 * Vectors.LANES;

  /** Row panels in a block of A. */
  static final int PANELS = 12;

  private Blocking() {}

  /** Rows of a tile. */
  public static int mr() {
    return Microkernel.BEST.rows();
  }
}
