package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Vectors;

/**
 * The block sizes (van Zee and van de Geijn, 2015: BLIS). A panel of B of one K block (KC × NR
 * floats, 32 KB at 512 bits) stays in L1 while the row panels of A pass over it from L2.
 */
public final class Blocking {
  /** Products summed by one call of a microkernel at most. */
  public static final int KC = 256;

  /**
   * The distance between the rows of a panel of A: constant, so that it is folded into addresses.
   */
  public static final int ROW_STRIDE = KC + 16;

  /** Columns of a tile. */
  public static final int NR = 2 * Vectors.LANES;

  /** Row panels in a block of A at most. */
  static final int PANELS = 12;

  /**
   * Floats of a packed block of A at most: 1.1 MB, about a server core's L2. Four panels of the
   * longest sums in ResNets (3×3×512) fit.
   */
  static final int BLOCK_FLOATS = 9 << 15;

  /**
   * K at most for one pass over the result. Longer products are summed in several passes, so that a
   * block of A has four panels at least.
   */
  static final int LONGEST = BLOCK_FLOATS / (4 * Microkernel.MR * ROW_STRIDE) * KC;

  private Blocking() {}

  /** How many calls of a microkernel sum {@code k} products. */
  static int blocks(int k) {
    return Math.max(1, Math.ceilDiv(k, KC));
  }
}
