package dev.graft.backend.cpu;

/**
 * Parallel loops over ranges. How a range is cut depends on its size and grain alone, never on the
 * number of threads, so that results are the same bits for every number of threads. Sharing a loop
 * allocates nothing.
 */
public final class Parallel {
  /** One piece of a range. */
  @FunctionalInterface
  public interface RangeBody {
    void run(int from, int to);
  }

  /** A loop that is known ahead and run many times. */
  public record Loop(int n, int grain, RangeBody body) implements Runnable {
    @Override
    public void run() {
      forRange(n, grain, body);
    }
  }

  private static volatile int threads =
      Integer.getInteger("graft.threads", Runtime.getRuntime().availableProcessors());

  private Parallel() {}

  public static int threads() {
    return threads;
  }

  /**
   * Sets how many threads take part in one loop, the caller among them.
   *
   * @throws IllegalArgumentException if n is below 1
   */
  public static void setThreads(int n) {
    if (n < 1) {
      throw new IllegalArgumentException("threads: must be at least 1: " + n);
    }
    threads = n;
  }

  /**
   * Runs body on pieces of 0 … n−1, each of {@code grain} (the last may be shorter). The caller
   * takes part; a loop inside a loop runs on its own thread. The first exception is thrown on.
   */
  public static void forRange(int n, int grain, RangeBody body) {
    int step = Math.max(1, grain);
    int pieces = (int) (((long) n + step - 1) / step);
    int workers = Math.min(threads, pieces);
    if (workers > 1) {
      SharedLoop own = SharedLoop.ofThisThread();
      if (!own.isInside()) {
        own.run(n, step, pieces, body, workers - 1);
        return;
      }
    }
    for (int i = 0; i < pieces; i++) {
      body.run(i * step, (int) Math.min((long) (i + 1) * step, n));
    }
  }
}
