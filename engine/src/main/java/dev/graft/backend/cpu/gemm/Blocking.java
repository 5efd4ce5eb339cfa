package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Caches;
import dev.graft.backend.cpu.Vectors;

/**
 * The block sizes (van Zee and van de Geijn, 2015: BLIS). A panel of B of one K block stays close
 * by, in L2 (80 KB at 256 bits, 160 KB at 512), while the row panels of A pass over it: 6 rows ask
 * for no more than 11 bytes of it a cycle, 14 for 9.
 */
public final class Blocking {
  /**
   * Products summed by one call of a microkernel at most; a tile is loaded and stored again for
   * every further call, and only tiles that need none leave straight. Sums of 9·128 go in one call,
   * ResNets' others of 3×3 taps in equal ones: 512×784×1152 at 1.06 of the speed of 1024, which ran
   * 1024³ at 1.07 of 512, ResNets alike (Zen 3, 256 bits). With 512 bits, 1024 ran products at 1.03
   * to 1.10 of the speed of 256, ResNet-50 at 1.04 (Zen 5).
   */
  public static final int KC = 1280;

  /**
   * The distance between the rows of a panel of A: constant, so that it is folded into addresses.
   */
  public static final int ROW_STRIDE = KC + 16;

  /** Columns of a tile. */
  public static final int NR = 2 * Vectors.LANES;

  /** Row panels in a block of A at most. */
  static final int PANELS = 12;

  /**
   * Floats of a packed block of A at most: 1.1 MB with 1 MB of L2 or more, as a server core has;
   * four panels of the longest sums in ResNets (3×3×512) fit at 512 bits. Where L2 is smaller, half
   * of it: with 512 KB, 2048→512@7 and 512→2048@7 from weights in memory ran 1.1 and 1.3 times as
   * fast as in blocks of 1.1 MB.
   */
  static final int BLOCK_FLOATS = Caches.L2 >= 1 << 20 ? 9 << 15 : Caches.L2 / 2 / Float.BYTES;

  private Blocking() {}

  /** How many calls of a microkernel sum {@code k} products. */
  static int blocks(int k) {
    return Math.max(1, Math.ceilDiv(k, KC));
  }
}
