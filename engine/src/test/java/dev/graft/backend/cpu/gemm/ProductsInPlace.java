package dev.graft.backend.cpu.gemm;

/** Calls the kernel that reads rows where they lie, for tests of what the JIT makes of it. */
public record ProductsInPlace(float[] x, float[] y) implements Runnable {
  private static final int K = 16;
  private static final int APART = 99;
  private static final float[] TILE = new float[8 * Blocking.NR];

  @Override
  public void run() {
    InPlaceKernel.KERNEL.run(K, x, 0, APART, y, 0, true, TILE, 0);
  }
}
