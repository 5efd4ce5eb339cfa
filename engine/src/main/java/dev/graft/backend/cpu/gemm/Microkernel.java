package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Vectors;

/** The innermost product: a tile of rows() × NR from packed panels of A and B. */
abstract class Microkernel {
  /** For this machine's number of vector registers: 32 with AVX-512 and on ARM, else 16. */
  static final Microkernel BEST = best();

  abstract int rows();

  /** {@code tile[r][c] = Σ_k a[aAt + r·ROW_STRIDE + k] · b[bAt + k·NR + c]}, tile row-major. */
  abstract void run(int k, float[] a, int aAt, float[] b, int bAt, float[] tile);

  private static Microkernel best() {
    String arch = System.getProperty("os.arch");
    boolean has32 = Vectors.LANES == 16 || arch.equals("aarch64");
    return has32 ? new Microkernel14() : new Microkernel6();
  }
}
