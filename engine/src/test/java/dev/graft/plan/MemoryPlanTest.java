package dev.graft.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.tensor.Rng;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No two slots that live at the same time share memory, and memory is used again. */
class MemoryPlanTest {
  private static Slot slot(int size, int first, int last) {
    Slot slot = new Slot(size, first);
    slot.touch(last);
    return slot;
  }

  @Test
  void slotsThatLiveOneAfterAnotherShareTheirMemory() {
    List<Slot> slots = List.of(slot(100, 0, 1), slot(100, 2, 3), slot(64, 4, 9));
    assertEquals(112, MemoryPlan.place(slots));
    slots.forEach(s -> assertEquals(0, s.offset));
  }

  @Test
  void aChainNeedsItsTwoLargestNeighbours() {
    List<Slot> chain = new ArrayList<>();
    int[] sizes = {64, 320, 640, 160, 160, 16};
    for (int i = 0; i < sizes.length; i++) {
      chain.add(slot(sizes[i], i, i + 1));
    }
    assertEquals(960, MemoryPlan.place(chain));
  }

  @Test
  void theSmallestGapThatFitsIsTaken() {
    Slot large = slot(320, 0, 2); // leaves a gap of 320 at 0 from step 3 on
    Slot low = slot(160, 0, 9);
    Slot middle = slot(96, 0, 2); // and one of 96
    Slot high = slot(80, 0, 9);
    Slot late = slot(64, 4, 9);
    assertEquals(656, MemoryPlan.place(List.of(large, low, middle, high, late)));
    assertEquals(List.of(0, 320, 480, 576), offsets(large, low, middle, high));
    assertEquals(480, late.offset);
  }

  private static List<Integer> offsets(Slot... slots) {
    return List.of(slots).stream().map(s -> s.offset).toList();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomSlotsNeverOverlap(long seed) {
    Rng rng = Rng.of(seed);
    for (int round = 0; round < 50; round++) {
      int steps = 1 + rng.nextInt(40);
      List<Slot> slots = new ArrayList<>();
      int count = rng.nextInt(60);
      for (int i = 0; i < count; i++) {
        int first = rng.nextInt(steps);
        slots.add(slot(rng.nextInt(2000), first, first + rng.nextInt(steps - first)));
      }
      check(slots, steps, MemoryPlan.place(slots));
    }
  }

  private static void check(List<Slot> slots, int steps, int length) {
    for (int i = 0; i < slots.size(); i++) {
      Slot a = slots.get(i);
      assertTrue(a.offset >= 0 && a.offset + a.size <= length);
      assertEquals(0, a.offset % 16);
      for (Slot b : slots.subList(0, i)) {
        boolean apart = a.offset + a.size <= b.offset || b.offset + b.size <= a.offset;
        boolean together = a.first <= b.last && b.first <= a.last;
        assertTrue(apart || !together || a.size == 0 || b.size == 0);
      }
    }
    long sum = slots.stream().mapToLong(s -> (s.size + 15) / 16 * 16).sum();
    assertTrue(length <= sum, length + " of " + sum);
    for (int step = 0; step < steps; step++) {
      int now = step;
      long live =
          slots.stream().filter(s -> s.first <= now && now <= s.last).mapToLong(s -> s.size).sum();
      assertTrue(length >= live);
    }
  }

  @Test
  void moreThanAnArrayHoldsIsRefused() {
    List<Slot> slots = List.of(slot(1 << 30, 0, 1), slot(1 << 30, 1, 2));
    assertEquals(
        "plan: needs more than 2^31 floats of memory at once; use a smaller batch",
        assertThrows(IllegalStateException.class, () -> MemoryPlan.place(slots)).getMessage());
  }
}
