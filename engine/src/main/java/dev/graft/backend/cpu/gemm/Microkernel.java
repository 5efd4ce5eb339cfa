package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.cold.PlainProduct;
import dev.graft.backend.cpu.cold.WarmUp;
import dev.graft.backend.cpu.cold.Warming;
import java.util.List;

/** The innermost product: a tile of rows() × NR from packed panels of A and B. */
public abstract class Microkernel {
  /** Products summed in a trial of a kernel. */
  private static final int TRIAL_K = 8;

  /** For this machine's number of vector registers: 32 with AVX-512 and on ARM, else 16. */
  private static final Microkernel FULL =
      has32Registers() ? new Microkernel14() : new Microkernel6();

  /** Half as many rows, for the last ones of a matrix. */
  public static final Microkernel HALF = has32Registers() ? new Microkernel7() : new Microkernel3();

  /** Twice as many rows of half as many columns; null where registers do not suffice. */
  private static final Microkernel NARROW = has32Registers() ? new Microkernel28() : null;

  /** Whether {@link #HALF}, and whether the others are compiled; see {@link #warmings}. */
  private static boolean halfCompiled = WarmUp.isOff();

  private static boolean allCompiled = WarmUp.isOff();

  /** Rows of a full tile. */
  public static final int MR = FULL.rows();

  public abstract int rows();

  /**
   * {@code out[at + r·step + c] (+)= Σ_k a[aAt + r·ROW_STRIDE + k] · b[bAt + k·NR + c]}.
   *
   * @param add whether what {@code out} holds is added to the sums
   */
  public abstract void run(
      int k, float[] a, int aAt, float[] b, int bAt, boolean add, float[] out, int at, int step);

  /**
   * The products of {@code rows} rows, which follow each other by {@link Blocking#ROW_STRIDE}, in
   * as few calls as fit.
   *
   * @param columns of the panel of B that are valid
   */
  public static void runRows(
      int rows,
      int columns,
      int k,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      boolean add,
      float[] tile,
      int at) {
    if (!halfCompiled) {
      WarmUp.begin();
      int stride = Blocking.ROW_STRIDE;
      int nr = Blocking.NR;
      int valid = Math.min(columns, nr);
      PlainProduct.run(rows, valid, k, a, aAt, stride, b, bAt, nr, add, tile, at);
      return;
    }
    for (int r = 0; r < rows; ) {
      int left = rows - r;
      int from = aAt + r * Blocking.ROW_STRIDE;
      int to = at + r * Blocking.NR;
      if (isBetween(left) && InPlaceKernel.isCompiled()) {
        InPlaceKernel.KERNEL.run(k, a, from, Blocking.ROW_STRIDE, b, bAt, add, tile, to);
        return;
      }
      boolean narrow = left > MR && rowsAtOnce(columns) > MR && allCompiled;
      Microkernel kernel = narrow ? NARROW : left <= HALF.rows() || !allCompiled ? HALF : FULL;
      kernel.run(k, a, from, b, bAt, add, tile, to, Blocking.NR);
      r += kernel.rows();
    }
  }

  /**
   * Whether so many last rows are too many for half a tile, and few enough for {@link
   * InPlaceKernel}: 64 are four times 14 and 8. 64×3136×576 and ×256 at 1.06 to 1.08 of the speed
   * of a fifth full tile, 512³ at 1.01 to 1.03 (Zen 5).
   */
  private static boolean isBetween(int rows) {
    int few = InPlaceKernel.KERNEL.rows();
    return few < MR && rows > HALF.rows() && rows <= few;
  }

  /**
   * Whether {@link #runWhole} can be used. Six rows are too few to add to: what comes from beyond
   * L2 was read at 0.76 to 0.79 of the speed of several tiles together (residuals of 64→256@56, Zen
   * 3); 14 rows add at 1.00 to 1.22 of it (Zen 5).
   *
   * @param adds whether the sums are added to what is there
   */
  static boolean leavesStraight(boolean adds) {
    return allCompiled && (!adds || MR > 6);
  }

  /**
   * The sums of a full tile, straight to where its rows lie, {@code step} floats apart.
   *
   * @param add whether they are added to what is there
   */
  static void runWhole(
      int k, float[] a, int aAt, float[] b, int bAt, boolean add, float[] out, int at, int step) {
    FULL.run(k, a, aAt, b, bAt, add, out, at, step);
  }

  /** Rows of a tile of that many valid columns. */
  static int rowsAtOnce(int columns) {
    return NARROW != null && columns <= Vectors.LANES ? NARROW.rows() : MR;
  }

  /**
   * First the half tile alone: it compiles in a third of the full one's time, and until that is
   * there as well it does all tiles at 0.8 to 1.0 of the speed.
   */
  public static List<Warming> warmings() {
    float[] a = new float[(NARROW == null ? MR : NARROW.rows()) * Blocking.ROW_STRIDE];
    float[] b = new float[TRIAL_K * Blocking.NR];
    float[] tile = new float[a.length / Blocking.ROW_STRIDE * Blocking.NR];
    int vectors = 4 * TRIAL_K * HALF.rows();
    return List.of(
        new Warming(
            "half tiles",
            vectors,
            () -> HALF.tryOut(TRIAL_K, a, b, tile),
            yes -> halfCompiled = yes),
        new Warming(
            "full tiles",
            NARROW == null ? vectors : 2 * vectors,
            () -> {
              FULL.tryOut(TRIAL_K / 2, a, b, tile);
              if (NARROW != null) {
                NARROW.tryOut(TRIAL_K / 2, a, b, tile);
              }
            },
            yes -> allCompiled = yes));
  }

  private void tryOut(int k, float[] a, float[] b, float[] tile) {
    run(k, a, 0, b, 0, false, tile, 0, Blocking.NR);
    run(k, a, 0, b, 0, true, tile, 0, Blocking.NR);
  }

  private static boolean has32Registers() {
    return Vectors.LANES == 16 || System.getProperty("os.arch").equals("aarch64");
  }
}
