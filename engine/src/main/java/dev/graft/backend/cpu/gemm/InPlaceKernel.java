package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Caches;
import dev.graft.backend.cpu.cold.WarmUp;
import dev.graft.backend.cpu.cold.Warming;

/**
 * The innermost product where packing rows of A would serve few columns, and for a few last rows:
 * rows are read where they lie, equally far apart. Its tiles are low, since every row takes a
 * register for where it begins, and rows that lie 4 KB apart share one set of L1 (8 to 12 lines):
 * with a distance that is no constant, tiles of 8, 10 and 12 rows ran 1000×32×2048 at 186, 189 and
 * 178 GFLOP/s, of 14 at 83, packed ones at 127 (Zen 5).
 */
abstract class InPlaceKernel {
  /** For this machine's number of vector registers. */
  static final InPlaceKernel KERNEL =
      Microkernel.MR >= 14 ? new InPlaceKernel8() : new InPlaceKernel6();

  /**
   * Panels of B up to which rows of A are read in place: packing costs as much as 0.4 panels'
   * products. With one panel 1.05 to 1.7 of the speed of packing, with two 0.95 to 1.3, with three
   * 1.0 to 1.2, with four and more 0.93 to 1.03 (Zen 5).
   */
  private static final int PANELS = 3;

  /** Floats of B at most, half of L2: a few rows of A pass over all of it. */
  private static final int FLOATS = Caches.L2 / 2 / Float.BYTES;

  /** Products summed in a trial of the kernel. */
  private static final int TRIAL_K = 8;

  private static boolean compiled = WarmUp.isOff();

  /** Whether it may be used. */
  static boolean isCompiled() {
    return compiled;
  }

  /** Whether products of these sizes read A in place; not those that half a panel suffices for. */
  static boolean accepts(int m, int n, int k) {
    int panels = PackedB.panels(n);
    int columns = n - (panels - 1) * Blocking.NR;
    boolean few = panels <= PANELS && (long) panels * Blocking.NR * k <= FLOATS;
    return few && m >= KERNEL.rows() && 2 * columns > Blocking.NR;
  }

  abstract int rows();

  /**
   * {@code tile[at + r·NR + c] (+)= Σ_k a[aAt + r·apart + k] · b[bAt + k·NR + c]}.
   *
   * @param add whether what the tile holds is added to the sums
   */
  abstract void run(
      int k, float[] a, int aAt, int apart, float[] b, int bAt, boolean add, float[] tile, int at);

  static Warming warming() {
    int rows = KERNEL.rows();
    float[] a = new float[rows * TRIAL_K];
    float[] b = new float[TRIAL_K * Blocking.NR];
    float[] tile = new float[rows * Blocking.NR];
    return new Warming(
        "rows in place",
        4 * TRIAL_K * rows,
        () -> {
          KERNEL.run(TRIAL_K, a, 0, TRIAL_K, b, 0, false, tile, 0);
          KERNEL.run(TRIAL_K, a, 0, TRIAL_K, b, 0, true, tile, 0);
        },
        yes -> compiled = yes);
  }
}
