package dev.graft.backend.cpu.gemm;

import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.util.concurrent.TimeUnit;

/**
 * Multiplies from a cold start until vector kernels are in use, and on until the JIT has had its
 * say about what calls them too.
 */
public final class WarmedProducts {
  private static final long MOST_SECONDS = 60;
  private static final long SECONDS_MORE = 3;

  private WarmedProducts() {}

  public static void main(String[] args) {
    // Sums in two calls of a kernel, so that tiles are added to and copied.
    Tensor a = Tensor.randn(Rng.of(1), 96, Blocking.KC + 16);
    Tensor b = Tensor.randn(Rng.of(2), Blocking.KC + 16, 16 * Blocking.NR);
    long start = System.nanoTime();
    long warm = Long.MAX_VALUE;
    while (warm == Long.MAX_VALUE
        || System.nanoTime() - warm < TimeUnit.SECONDS.toNanos(SECONDS_MORE)) {
      a.matmul(b);
      if (warm == Long.MAX_VALUE && Microkernel.leavesStraight(false)) {
        warm = System.nanoTime();
      }
      if (warm == Long.MAX_VALUE
          && System.nanoTime() - start > TimeUnit.SECONDS.toNanos(MOST_SECONDS)) {
        System.out.println("no vector kernels after " + MOST_SECONDS + " s");
        System.exit(1);
      }
    }
  }
}
