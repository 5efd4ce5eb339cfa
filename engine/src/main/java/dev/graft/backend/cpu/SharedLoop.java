package dev.graft.backend.cpu;

import dev.graft.backend.cpu.Parallel.RangeBody;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * The loop that one thread shares with the {@link Workers}: one object a thread, used for all its
 * loops, so that sharing allocates nothing.
 *
 * <p>Each thread begins with a share of its own, always the same part of the range, and takes
 * pieces of the others' when it has done that: what a core has written it mostly reads again in the
 * next loop. Cores that do not share a cache take an own line at 200 GB/s and another's at 25.
 *
 * <p>A worker may look at it late, when the owner is at another loop already; so seats and pieces
 * are taken by compare-and-set of words that count the loops too: {@code loop << 32 | seats}, and
 * for each share {@code loop << 32 | next piece}. The other fields are written only while the words
 * say that there is nothing to take, and all are volatile: what a worker has read belongs to the
 * loop whose word it then sets.
 */
final class SharedLoop {
  private static final ThreadLocal<SharedLoop> OWN = ThreadLocal.withInitial(SharedLoop::new);

  private static final int LOOP_BITS = 32;

  /** Longs from one share's word to the next: two lines, since they are fetched in pairs. */
  private static final int APART = 16;

  /** After so many loops the object is given up, so that a word never comes back. */
  private static final int MOST_LOOPS = Integer.MAX_VALUE;

  private final AtomicLong seats = new AtomicLong();
  private final AtomicInteger left = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile AtomicLongArray shares = new AtomicLongArray(0);
  private volatile int count;
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
  void run(int size, int grain, int pieceCount, RangeBody work, int helpers) {
    n = size;
    step = grain;
    pieces = pieceCount;
    body = work;
    left.set(pieceCount);
    long open = (long) ++loops << LOOP_BITS;
    openShares(open, helpers + 1);
    seats.set(open | helpers);
    int place = Workers.call(this, helpers);
    takePiecesOf(this, loops, 0);
    await();
    seats.set(0);
    closeShares();
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

  private void openShares(long open, int shareCount) {
    AtomicLongArray words = shares;
    if (words.length() < shareCount * APART) {
      words = new AtomicLongArray(shareCount * APART);
      shares = words;
    }
    count = shareCount;
    for (int share = 0; share < shareCount; share++) {
      words.set(share * APART, open | start(share, shareCount, pieces));
    }
  }

  /**
   * Before any other field changes: a late worker would take the number of the next loop's pieces
   * for this one's, and find some left.
   */
  private void closeShares() {
    for (int share = 0; share < count; share++) {
      shares.set(share * APART, 0);
    }
  }

  /** The first piece of a share. */
  private static int start(int share, int shareCount, int pieceCount) {
    return (int) ((long) pieceCount * share / shareCount);
  }

  private static void rethrow(Throwable thrown) {
    if (thrown instanceof RuntimeException e) {
      throw e;
    }
    throw (Error) thrown;
  }

  /** Whether a worker would find a seat. */
  boolean wantsHelp() {
    return (int) seats.get() > 0;
  }

  /**
   * For a worker: takes a seat, if there is one, then pieces until there are none.
   *
   * @param worker its number, from 0 on; with the loop's size it tells the worker's own share
   */
  void help(int worker) {
    for (long w = seats.get(); (int) w > 0; w = seats.get()) {
      if (seats.compareAndSet(w, w - 1)) {
        int share = 1 + worker % Math.max(1, count - 1);
        ofThisThread().takePiecesOf(this, (int) (w >>> LOOP_BITS), share);
        return;
      }
    }
  }

  /** On this object's thread: works at {@code shared} while it is at that loop. */
  private void takePiecesOf(SharedLoop shared, int loop, int share) {
    inside = true;
    int done = 0;
    try {
      while (shared.takePiece(loop, share)) {
        done++;
      }
    } finally {
      inside = false;
      if (done > 0) {
        shared.finished(done);
      }
    }
  }

  /** Runs the next piece of a share, or of the next one that has any. */
  private boolean takePiece(int loop, int own) {
    AtomicLongArray words = shares;
    int all = count;
    for (int i = 0; i < all; i++) {
      int share = (own + i) % all;
      if (share * APART >= words.length()) {
        return false; // the loop is over, and the next one has more shares
      }
      for (long w = words.get(share * APART); ; w = words.get(share * APART)) {
        int piece = (int) w;
        int length = step;
        int end = n;
        int last = start(share + 1, all, pieces);
        RangeBody work = body;
        if ((int) (w >>> LOOP_BITS) != loop) {
          return false;
        }
        if (piece >= last) {
          break;
        }
        if (words.compareAndSet(share * APART, w, w + 1)) {
          runPiece(work, piece * length, (int) Math.min((piece + 1L) * length, end));
          return true;
        }
      }
    }
    return false;
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
