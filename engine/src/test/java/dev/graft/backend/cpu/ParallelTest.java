package dev.graft.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicIntegerArray;
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

  @Test
  void aNumberOfThreadsBelowOneIsRefused() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Parallel.setThreads(0));
    assertEquals("threads: must be at least 1: 0", e.getMessage());
  }
}
