package dev.graft.backend.cpu.cold;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Has kernels compiled, one group after the other in the order of their worth, since there may be
 * one compiler thread. Goes on until all are fast, ever more rarely: where nothing compiles
 * vectors, the twins in plain Java stay in use.
 */
public final class WarmUp implements Runnable {
  static final String THREAD = "graft-warm-up";

  /** Trials without a pause: enough for the compilers where they have nothing else to do. */
  private static final int EAGER = 3000;

  /** From then on spells of trials and pauses alternate, so that the compilers find a core free. */
  private static final long SPELL = TimeUnit.MICROSECONDS.toNanos(500);

  /**
   * Of all groups but the first, for which an answer waits: trials box their vectors, 20 KB each.
   */
  private static final long SHORT_SPELL = TimeUnit.MICROSECONDS.toNanos(100);

  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);

  /**
   * Between the first group, which is most of the work, and the others: until then the first answer
   * has the cores to itself. Compiling the rest would take longer than it saves.
   */
  private static final long RESPITE = TimeUnit.MILLISECONDS.toNanos(1000);

  /** How long the others wait for one group. */
  private static final long TURN = TimeUnit.SECONDS.toNanos(2);

  private static final AtomicBoolean BEGUN = new AtomicBoolean();

  /** All kernels that have twins, in order; set before any of them is used. */
  private static volatile Supplier<List<Warming>> all = List::of;

  private final List<Warming> left;

  private WarmUp(List<Warming> kernels) {
    left = new ArrayList<>(kernels);
  }

  /** Says what there is to compile. */
  public static void register(Supplier<List<Warming>> kernels) {
    all = kernels;
  }

  /**
   * What a kernel begins with: its twin, unless the system property {@code graft.warmup} is {@code
   * off}, for benchmarks and tests.
   */
  public static boolean isOff() {
    return System.getProperty("graft.warmup", "on").equals("off");
  }

  /** Begins in the background, once; whoever uses a twin calls it. */
  public static void begin() {
    if (!BEGUN.get() && BEGUN.compareAndSet(false, true) && !isOff()) {
      Thread.ofPlatform().daemon().name(THREAD).start(() -> new WarmUp(all.get()).run());
    }
  }

  @Override
  public void run() {
    boolean first = true;
    while (!left.isEmpty()) {
      for (Iterator<Warming> i = left.iterator(); i.hasNext(); ) {
        Warming kernel = i.next();
        if (succeeds(kernel, first ? SPELL : SHORT_SPELL)) {
          kernel.use().compiled(true);
          i.remove();
        }
        if (first) {
          LockSupport.parkNanos(this, RESPITE);
          first = false;
        }
      }
    }
  }

  private boolean succeeds(Warming kernel, long spell) {
    long start = System.nanoTime();
    long pause = SPELL;
    long spellEnd = start;
    for (int trials = 0; !kernel.isFast(); trials++) {
      long now = System.nanoTime();
      if (trials >= EAGER && now > spellEnd) {
        if (now - start > TURN) {
          return false;
        }
        LockSupport.parkNanos(this, pause);
        pause = Math.min(pause * 21 / 20, LONGEST_PAUSE);
        spellEnd = System.nanoTime() + spell;
      }
    }
    return true;
  }
}
