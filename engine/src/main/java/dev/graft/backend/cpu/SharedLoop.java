package dev.graft.backend.cpu;

import dev.graft.backend.cpu.Parallel.RangeBody;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * The loop that one thread shares with the {@link Workers}: one object a thread, used for all its
 * loops, so that sharing allocates nothing. A worker may look at it late, when the owner is at
 * another loop already; so a seat or a piece is taken by compare-and-set of one word, which counts
 * the loops too: {@code loop << 40 | seats << 32 | next piece}. The other fields are written only
 * while the word says that there is nothing to take, and all are volatile: what a worker has read
 * belongs to the loop whose word it then sets.
 */
final class SharedLoop {
  private static final ThreadLocal<SharedLoop> OWN = ThreadLocal.withInitial(SharedLoop::new);

  /** Nothing to take: past every number of pieces. */
  private static final int CLOSED = Integer.MAX_VALUE;

  private static final int LOOP_BITS = 40;
  private static final int SEAT_BITS = 32;
  private static final long SEAT = 1L << SEAT_BITS;
  static final int MOST_SEATS = 255;

  /** After so many loops the object is given up, so that a word never comes back. */
  private static final int MOST_LOOPS = (1 << 64 - LOOP_BITS) - 1;

  private final AtomicLong word = new AtomicLong(CLOSED);
  private final AtomicInteger left = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile int n;
  private volatile int step;
  private volatile int pieces;
  private volatile RangeBody body;
  private volatile Thread waiting;
  private int loops;
  private boolean inside;

  private SharedLoop() {}

  static SharedLoop ofThisThread() {
    return OWN.get();
  }

  /** Whether its thread is at a piece of a shared loop, its own or another's. */
  boolean isInside() {
    return inside;
  }

  /** Shares a loop with up to {@code helpers} workers and returns when it is done. */
  void run(int size, int grain, int count, RangeBody work, int helpers) {
    int seats = Math.min(helpers, MOST_SEATS);
    n = size;
    step = grain;
    pieces = count;
    body = work;
    left.set(count);
    long open = (long) ++loops << LOOP_BITS;
    word.set(open | seats * SEAT);
    int place = Workers.call(this, seats);
    takePiecesOf(this, loops);
    await();
    word.set(CLOSED);
    Workers.dismiss(place);
    body = null;
    if (loops == MOST_LOOPS) {
      OWN.set(new SharedLoop());
    }
    Throwable thrown = failure.get();
    if (thrown != null) {
      failure.set(null);
      rethrow(thrown);
    }
  }

  private static void rethrow(Throwable thrown) {
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    throw (Error) thrown;
  }

  /** Whether a worker would find a seat and a piece. */
  boolean wantsHelp() {
    return wantsHelp(word.get());
  }

  private boolean wantsHelp(long w) {
    return (int) w < pieces && (w >>> SEAT_BITS & MOST_SEATS) > 0;
  }

  /** For a worker: takes a seat, if there is one, then pieces until there are none. */
  void help() {
    for (long w = word.get(); wantsHelp(w); w = word.get()) {
      if (word.compareAndSet(w, w - SEAT)) {
        ofThisThread().takePiecesOf(this, (int) (w >>> LOOP_BITS));
        return;
      }
    }
  }

  /** On this object's thread: works at {@code shared} while it is at that loop. */
  private void takePiecesOf(SharedLoop shared, int loop) {
    inside = true;
    int done = 0;
    try {
      while (shared.takePiece(loop)) {
        done++;
      }
    } finally {
      inside = false;
      if (done > 0) {
        shared.finished(done);
      }
    }
  }

  private boolean takePiece(int loop) {
    for (long w = word.get(); ; w = word.get()) {
      int piece = (int) w;
      int length = step;
      int end = n;
      RangeBody work = body;
      if ((int) (w >>> LOOP_BITS) != loop || piece >= pieces) {
        return false;
      }
      if (word.compareAndSet(w, w + 1)) {
        runPiece(work, piece * length, (int) Math.min((piece + 1L) * length, end));
        return true;
      }
    }
  }

  /** After a failure the remaining pieces are taken and not run. */
  private void runPiece(RangeBody work, int from, int to) {
    try {
      if (failure.get() == null) {
        work.run(from, to);
      }
    } catch (RuntimeException | Error e) {
      failure.compareAndSet(null, e);
    }
  }

  private void finished(int count) {
    if (left.addAndGet(-count) == 0) {
      Thread owner = waiting;
      if (owner != null) {
        LockSupport.unpark(owner);
      }
    }
  }

  /** Until the pieces that others have taken are done too. */
  private void await() {
    if (left.get() == 0 || Workers.spin(left)) {
      return;
    }
    boolean interrupted = false;
    waiting = Thread.currentThread();
    while (left.get() > 0) {
      LockSupport.park(this);
      interrupted |= Thread.interrupted();
    }
    waiting = null;
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
