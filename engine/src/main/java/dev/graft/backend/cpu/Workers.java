package dev.graft.backend.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/**
 * The threads that help with shared loops. A loop is put on a board; a worker that finds none there
 * looks on for {@link #LOOK_NANOS}, since the next loop of a network comes within microseconds,
 * then sleeps until it is woken, and ends after ten idle seconds.
 */
final class Workers {
  /** Looked for without a pause: the next loop, or the end of this one, mostly comes sooner. */
  private static final long SPIN_NANOS = 20_000;

  /**
   * Looked for in all before sleeping, since waking a sleeper costs its caller 5 µs and takes it
   * 50, as long as a piece of work. Past {@link #SPIN_NANOS} others go first at every look: the JIT
   * needs a core too.
   */
  private static final long LOOK_NANOS = 500_000;

  /** Looks between two looks at the clock, which costs 25 ns. */
  private static final int LOOKS = 16;

  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Callers at one time; one more computes alone. */
  private static final int PLACES = 64;

  private static final int CORES = Runtime.getRuntime().availableProcessors();

  private static final AtomicReferenceArray<SharedLoop> BOARD = new AtomicReferenceArray<>(PLACES);
  private static final AtomicInteger SPINNING = new AtomicInteger();
  private static final List<Worker> ALL = new ArrayList<>();

  /** The workers, replaced when one comes or goes. */
  private static volatile Worker[] workers = {};

  /** No place of the board from here on was ever used. */
  private static volatile int placesUsed;

  private Workers() {}

  /** Puts a loop on the board and wakes up to {@code helpers} workers; where it stands, or −1. */
  static int call(SharedLoop loop, int helpers) {
    Worker[] all = workers.length < helpers ? grown(helpers) : workers;
    int place = 0;
    while (place < PLACES && !BOARD.compareAndSet(place, null, loop)) {
      place++;
    }
    if (place == PLACES) {
      return -1;
    }
    if (place >= placesUsed) {
      use(place);
    }
    int wanted = helpers - SPINNING.get();
    for (int i = 0; i < all.length && wanted > 0; i++) {
      if (all[i].parked.get() && all[i].parked.compareAndSet(true, false)) {
        LockSupport.unpark(all[i]);
        wanted--;
      }
    }
    return place;
  }

  /** Takes the loop at that place off the board. */
  static void dismiss(int place) {
    if (place >= 0) {
      BOARD.set(place, null);
    }
  }

  private static synchronized void use(int place) {
    placesUsed = Math.max(placesUsed, place + 1);
  }

  private static synchronized Worker[] grown(int count) {
    while (ALL.size() < count) {
      Worker worker = new Worker(freeNumber(), ALL.size() < CORES - 1);
      worker.start();
      ALL.add(worker);
    }
    workers = ALL.toArray(Worker[]::new);
    return workers;
  }

  /** The smallest that no living worker has, so that each loop's shares find the same cores. */
  private static int freeNumber() {
    int number = 0;
    for (int i = 0; i < ALL.size(); i++) {
      if (ALL.get(i).number == number) {
        number++;
        i = -1;
      }
    }
    return number;
  }

  private static synchronized boolean retire(Worker worker) {
    if (!worker.parked.compareAndSet(true, false)) {
      return false; // somebody has woken it meanwhile
    }
    ALL.remove(worker);
    workers = ALL.toArray(Worker[]::new);
    return true;
  }

  /** Waits a little for a count to reach 0; false where it has not. */
  static boolean spin(AtomicInteger count) {
    if (Parallel.threads() > CORES) {
      return false; // who is waited for may need this core
    }
    long start = System.nanoTime();
    do {
      for (int i = 0; i < LOOKS; i++) {
        if (count.get() == 0) {
          return true;
        }
        Thread.onSpinWait();
      }
    } while (looksOn(start));
    return false;
  }

  /** Whether to look on, after giving way to others if it has lasted. */
  private static boolean looksOn(long start) {
    long nanos = System.nanoTime() - start;
    if (nanos > SPIN_NANOS) {
      Thread.yield();
    }
    return nanos < LOOK_NANOS;
  }

  /** The first loop on the board that wants help, or null. */
  private static SharedLoop open() {
    int places = placesUsed;
    for (int i = 0; i < places; i++) {
      SharedLoop loop = BOARD.get(i);
      if (loop != null && loop.wantsHelp()) {
        return loop;
      }
    }
    return null;
  }

  private static final class Worker extends Thread {
    final AtomicBoolean parked = new AtomicBoolean();
    final int number;
    private final boolean spins;

    /**
     * @param spins false for those past the number of cores: they would keep others from working
     */
    Worker(int number, boolean spins) {
      super("graft-worker-" + (number + 1));
      this.number = number;
      this.spins = spins;
      setDaemon(true);
    }

    @Override
    public void run() {
      do {
        for (SharedLoop loop = look(); loop != null; loop = look()) {
          loop.help(number);
        }
      } while (sleep());
    }

    /** A loop that wants help; looks on for a little while if there is none. */
    private SharedLoop look() {
      SharedLoop loop = open();
      if (loop != null || !spins) {
        return loop;
      }
      SPINNING.incrementAndGet();
      long start = System.nanoTime();
      do {
        for (int i = 0; i < LOOKS && loop == null; i++) {
          Thread.onSpinWait();
          loop = open();
        }
      } while (loop == null && looksOn(start));
      SPINNING.decrementAndGet();
      return loop;
    }

    /** Until somebody wakes it; false if nobody has for long. */
    private boolean sleep() {
      parked.set(true);
      if (open() != null) { // it came before anybody could see that this one sleeps
        parked.set(false);
        return true;
      }
      long end = System.nanoTime() + IDLE_NANOS;
      while (parked.get()) {
        long rest = end - System.nanoTime();
        if (rest <= 0) {
          return !retire(this);
        }
        LockSupport.parkNanos(this, rest);
        Thread.interrupted(); // nobody's business here, and the next park would return at once
      }
      return true;
    }
  }
}
