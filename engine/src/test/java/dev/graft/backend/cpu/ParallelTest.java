package dev.graft.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParallelTest {
  private final int before = Parallel.threads();

  @AfterEach
  void restore() {
    Parallel.setThreads(before);
  }

  private static Set<String> pieces(int n, int grain) {
    Set<String> pieces = new ConcurrentSkipListSet<>();
    Parallel.forRange(n, grain, (from, to) -> pieces.add(from + ".." + to));
    return pieces;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 100})
  void piecesDependOnSizesAlone(int threads) {
    Parallel.setThreads(threads);
    assertEquals(new TreeSet<>(Set.of("0..4", "4..8", "8..10")), pieces(10, 4));
    assertEquals(Set.of("0..3"), pieces(3, 1000));
    assertEquals(Set.of(), pieces(0, 4));
    assertEquals(Set.of("0..1", "1..2"), pieces(2, 0));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void everyIndexIsVisitedOnceThoughLoopsNestAndCallersAreMany(int threads) {
    Parallel.setThreads(threads);
    AtomicIntegerArray visits = new AtomicIntegerArray(5 * 40 * 30);
    List<CompletableFuture<Void>> callers = new ArrayList<>();
    for (int caller = 0; caller < 5; caller++) {
      int at = caller * 1200;
      callers.add(
          CompletableFuture.runAsync(() ->
              Parallel.forRange(
                  40,
                  3,
                  (from, to) -> {
                    for (int i = from; i < to; i++) {
                      int row = at + i * 30;
                      Parallel.forRange(
                          30,
                          7,
                          (a, b) -> {
                            for (int j = a; j < b; j++) {
                              visits.incrementAndGet(row + j);
                            }
                          });
                    }
                  })));
    }
    callers.forEach(CompletableFuture::join);
    for (int i = 0; i < visits.length(); i++) {
      assertEquals(1, visits.get(i), "index " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void anExceptionReachesTheCallerAndLaterLoopsWork(int threads) {
    Parallel.setThreads(threads);
    IllegalStateException thrown =
        assertThrows(
            IllegalStateException.class,
            () ->
                Parallel.forRange(
                    50,
                    1,
                    (from, to) -> {
                      if (from == 31) {
                        throw new IllegalStateException("piece 31");
                      }
                    }));
    assertEquals("piece 31", thrown.getMessage());
    assertEquals(5, pieces(5, 1).size());
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7})
  void noMoreThreadsThanAskedForTakePart(int threads) {
    Parallel.setThreads(16);
    pieces(1000, 1); // sixteen workers are awake now
    Parallel.setThreads(threads);
    for (int round = 0; round < 200; round++) {
      Set<Thread> seen = ConcurrentHashMap.newKeySet();
      Parallel.forRange(
          64,
          1,
          (from, to) -> {
            seen.add(Thread.currentThread());
            Thread.onSpinWait();
          });
      assertTrue(seen.size() <= threads, seen.size() + " threads");
    }
  }

  @Test
  void anInterruptedCallerFinishesAndStaysInterrupted() {
    Parallel.setThreads(3);
    AtomicInteger sum = new AtomicInteger();
    for (int round = 0; round < 50; round++) {
      Thread.currentThread().interrupt();
      Parallel.forRange(8, 1, (from, to) -> sum.addAndGet(pause(from)));
      assertTrue(Thread.interrupted());
    }
    assertEquals(50 * 28, sum.get());
  }

  private static int pause(int value) {
    LockSupport.parkNanos(20_000);
    return value;
  }

  /**
   * Loops of few pieces and of many in turns: a worker that comes late to one must not take pieces
   * of the next, whose fields are being written.
   */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 7})
  void loopsOfOtherSizesInTurnsRunEachPieceOnce(int threads) {
    Parallel.setThreads(threads);
    AtomicIntegerArray visits = new AtomicIntegerArray(64);
    int expectedLow = 0;
    int expectedHigh = 0;
    for (int round = 0; round < 100_000; round++) {
      int n = round % 2 == 0 ? 2 : 64;
      Parallel.forRange(n, 1, (from, to) -> visits.incrementAndGet(from));
      expectedLow++;
      expectedHigh += n == 64 ? 1 : 0;
      assertEquals(expectedLow, visits.get(1), "round " + round);
      assertEquals(expectedHigh, visits.get(63), "round " + round);
    }
    for (int i = 0; i < 64; i++) {
      assertEquals(i < 2 ? expectedLow : expectedHigh, visits.get(i), "index " + i);
    }
  }

  /** Short loops one after another by many callers: late workers must not spoil the next loop. */
  @Test
  void callersThatShareWorkersForLongGetTheirOwnResults() {
    Parallel.setThreads(4);
    List<CompletableFuture<Void>> callers = new ArrayList<>();
    for (int caller = 0; caller < 4; caller++) {
      callers.add(
          CompletableFuture.runAsync(() -> {
            int[] hits = new int[97];
            for (int round = 1; round <= 3000; round++) {
              int n = 2 + round % 95;
              int expected = round;
              Parallel.forRange(
                  n,
                  1 + round % 3,
                  (from, to) -> {
                    for (int i = from; i < to; i++) {
                      hits[i] = expected;
                    }
                  });
              for (int i = 0; i < n; i++) {
                assertEquals(round, hits[i]);
              }
            }
          }));
    }
    callers.forEach(CompletableFuture::join);
  }

  @Test
  void sharingALoopAllocatesNothing() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Parallel.setThreads(4);
    float[] sums = new float[64];
    Parallel.RangeBody body = (from, to) -> sums[from] += 1;
    Parallel.forRange(64, 1, body);
    long id = Thread.currentThread().threadId();
    long before = threads.getThreadAllocatedBytes(id);
    for (int i = 0; i < 1000; i++) {
      Parallel.forRange(64, 1, body);
    }
    long bytes = threads.getThreadAllocatedBytes(id) - before;
    assertTrue(bytes < 1000, bytes + " bytes in 1000 loops");
    assertEquals(1001, sums[63]);
  }

  @Test
  void aNumberOfThreadsBelowOneIsRefused() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Parallel.setThreads(0));
    assertEquals("threads: must be at least 1: 0", e.getMessage());
  }
}
