package dev.graft.backend.cpu.cold;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Has kernels compiled, one group after the other in the order of their worth, since there may be
 * one compiler thread. Goes on until all are fast, ever more rarely: where nothing compiles
 * vectors, the twins in plain Java stay in use.
 */
public final class WarmUp implements Runnable {
  /** Trials without a pause: enough for the compilers where they have nothing else to do. */
  private static final int EAGER = 3000;

  /** From then on spells of trials and pauses alternate, so that the compilers find a core free. */
  private static final long SPELL = TimeUnit.MICROSECONDS.toNanos(500);

  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);

  /**
   * Between the first group, which is most of the work, and the others: until then the first answer
   * has the cores to itself. Compiling the rest would take longer than it saves.
   */
  private static final long RESPITE = TimeUnit.MILLISECONDS.toNanos(1000);

  /** How long the others wait for one group. */
  private static final long TURN = TimeUnit.SECONDS.toNanos(2);

  private final Supplier<List<Warming>> kernels;

  private WarmUp(Supplier<List<Warming>> kernels) {
    this.kernels = kernels;
  }

  /** Begins in the background, on a thread that keeps no process alive. */
  public static void start(Supplier<List<Warming>> kernels) {
    Thread thread = new Thread(new WarmUp(kernels), "graft-warm-up");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void run() {
    List<Warming> left = new ArrayList<>(kernels.get());
    boolean first = true;
    while (!left.isEmpty()) {
      for (Iterator<Warming> i = left.iterator(); i.hasNext(); ) {
        Warming kernel = i.next();
        if (succeeds(kernel)) {
          kernel.compiled().run();
          i.remove();
        }
        if (first) {
          LockSupport.parkNanos(this, RESPITE);
          first = false;
        }
      }
    }
  }

  private boolean succeeds(Warming kernel) {
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
        spellEnd = System.nanoTime() + SPELL;
      }
    }
    return true;
  }
}
