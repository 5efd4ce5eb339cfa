import dev.graft.train.StepHook;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/** Prints, every 500 steps, the heap that is live after a collection and the median time a step. */
final class Soak implements StepHook {
  private static final int EVERY = 500;

  private final long[] nanos = new long[EVERY];
  private long last = System.nanoTime();

  @Override
  public void afterStep(int step) {
    nanos[step % EVERY] = System.nanoTime() - last;
    if (step % EVERY == EVERY - 1) {
      System.gc();
      long live = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
      long[] sorted = nanos.clone();
      Arrays.sort(sorted);
      System.out.printf(
          "step %,6d  live heap %.1f MB  %.2f ms a step%n",
          step + 1, live / 1e6, sorted[EVERY / 2] / 1e6);
    }
    last = System.nanoTime();
  }
}
