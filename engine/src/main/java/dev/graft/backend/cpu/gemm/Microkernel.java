package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Vectors;

/** The innermost product: a tile of rows() × NR from packed panels of A and B. */
public abstract class Microkernel {
  /** For this machine's number of vector registers: 32 with AVX-512 and on ARM, else 16. */
  private static final Microkernel FULL =
      has32Registers() ? new Microkernel14() : new Microkernel6();

  /** Half as many rows, for the last ones of a matrix. */
  public static final Microkernel HALF = has32Registers() ? new Microkernel7() : new Microkernel3();

  /** Twice as many rows of half as many columns; null where registers do not suffice. */
  private static final Microkernel NARROW = has32Registers() ? new Microkernel28() : null;

  /** Rows of a full tile. */
  public static final int MR = FULL.rows();

  public abstract int rows();

  /**
   * {@code tile[at + r·NR + c] (+)= Σ_k a[aAt + r·ROW_STRIDE + k] · b[bAt + k·NR + c]}.
   *
   * @param add whether the sums begin with what the tile holds instead of zero
   */
  public abstract void run(
      int k, float[] a, int aAt, float[] b, int bAt, boolean add, float[] tile, int at);

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
    for (int r = 0; r < rows; ) {
      int left = rows - r;
      boolean narrow = left > MR && rowsAtOnce(columns) > MR;
      Microkernel kernel = narrow ? NARROW : left <= HALF.rows() ? HALF : FULL;
      int from = aAt + r * Blocking.ROW_STRIDE;
      kernel.run(k, a, from, b, bAt, add, tile, at + r * Blocking.NR);
      r += kernel.rows();
    }
  }

  /** Rows of a tile of that many valid columns. */
  static int rowsAtOnce(int columns) {
    return NARROW != null && columns <= Vectors.LANES ? NARROW.rows() : MR;
  }

  private static boolean has32Registers() {
    return Vectors.LANES == 16 || System.getProperty("os.arch").equals("aarch64");
  }
}
