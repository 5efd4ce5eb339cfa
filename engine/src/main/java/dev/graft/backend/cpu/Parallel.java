package dev.graft.backend.cpu;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Parallel loops over ranges. How a range is cut depends on its size and grain alone, never on the
 * number of threads, so that results are the same bits for every number of threads.
 */
public final class Parallel {
  /** One piece of a range. */
  @FunctionalInterface
  public interface RangeBody {
    void run(int from, int to);
  }

  private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);
  private static volatile int threads =
      Integer.getInteger("graft.threads", Runtime.getRuntime().availableProcessors());

  private Parallel() {}

  private static final class Workers {
    static final ExecutorService POOL = pool();

    private static ExecutorService pool() {
      AtomicInteger count = new AtomicInteger();
      int size = Math.max(64, Runtime.getRuntime().availableProcessors());
      ThreadPoolExecutor pool =
          new ThreadPoolExecutor(
              size,
              size,
              10,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              task -> {
                Thread t = new Thread(task, "graft-worker-" + count.incrementAndGet());
                t.setDaemon(true);
                return t;
              });
      pool.allowCoreThreadTimeOut(true);
      return pool;
    }
  }

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
    if (workers <= 1 || INSIDE.get()) {
      for (int i = 0; i < pieces; i++) {
        body.run(i * step, (int) Math.min((long) (i + 1) * step, n));
      }
      return;
    }
    new Loop(n, step, pieces, body).run(workers);
  }

  private static final class Loop implements Runnable {
    private final int n;
    private final int step;
    private final int pieces;
    private final RangeBody body;
    private final AtomicInteger next = new AtomicInteger();
    private final CountDownLatch left;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    Loop(int n, int step, int pieces, RangeBody body) {
      this.n = n;
      this.step = step;
      this.pieces = pieces;
      this.body = body;
      this.left = new CountDownLatch(pieces);
    }

    void run(int workers) {
      for (int i = 1; i < workers; i++) {
        Workers.POOL.execute(this);
      }
      run();
      boolean interrupted = false;
      while (true) {
        try {
          left.await();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      Throwable thrown = failure.get();
      if (thrown instanceof RuntimeException e) {
        throw e;
      } else if (thrown instanceof Error e) {
        throw e;
      }
    }

    @Override
    public void run() {
      INSIDE.set(true);
      try {
        for (int i = next.getAndIncrement(); i < pieces; i = next.getAndIncrement()) {
          try {
            if (failure.get() == null) {
              body.run(i * step, (int) Math.min((long) (i + 1) * step, n));
            }
          } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
          } finally {
            left.countDown();
          }
        }
      } finally {
        INSIDE.set(false);
      }
    }
  }
}
