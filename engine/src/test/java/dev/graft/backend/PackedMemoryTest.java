package dev.graft.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PackedMemoryTest {
  private static final int[] LENGTHS = {1 << 20, 3, 1 << 21, 2359296, 100, 1 << 22, 1 << 18, 9408};

  @Test
  void runsLieApartInFewArraysOfTheRightLength() {
    long[] rooms = Arrays.stream(LENGTHS).mapToLong(PackedMemory::room).toArray();
    long total = Arrays.stream(rooms).sum();
    PackedMemory memory = new PackedMemory(rooms);
    Map<float[], List<int[]>> taken = new IdentityHashMap<>();
    for (int length : LENGTHS) {
      Lines.Run run = memory.take(length);
      assertTrue(run.at() + length <= run.array().length);
      assertEquals(0, (16 + 4 * run.at()) % 64, "no cache line begins there");
      List<int[]> others = taken.computeIfAbsent(run.array(), a -> new ArrayList<>());
      for (int[] other : others) {
        assertTrue(run.at() >= other[1] || run.at() + length <= other[0]);
      }
      others.add(new int[] {run.at(), run.at() + length});
    }
    long made = taken.keySet().stream().mapToLong(array -> array.length).sum();
    assertTrue(taken.size() <= 4, taken.size() + " arrays");
    // With regions of 32 MB, in heaps of 64 GB and more, runs share Lines' arrays instead.
    long spare = Lines.isLong((1 << 22) - 4) ? 16L * taken.size() : total / 3;
    assertTrue(made <= total + spare, made + " floats for " + total);
  }

  @Test
  void smallNetworksShareALongArray() {
    PackedMemory memory = new PackedMemory(PackedMemory.room(1000) + PackedMemory.room(50));
    Lines.Run first = memory.take(1000);
    Lines.Run second = memory.take(50);
    Lines.Run another = new PackedMemory(PackedMemory.room(70)).take(70);
    for (Lines.Run run : List.of(first, second, another)) {
      assertEquals(0, (16 + 4 * run.at()) % 64, "no cache line begins there");
      Arrays.fill(run.array(), run.at(), run.at() + run.length(), run.length());
    }
    for (Lines.Run run : List.of(first, second, another)) {
      for (int i = 0; i < run.length(); i++) {
        assertEquals(run.length(), run.array()[run.at() + i], "another one lies there");
      }
    }
    assertSame(first.array(), second.array());
  }

  /** As a grouped convolution asks for one run a group. */
  @Test
  void aRoomMayBeTakenPartByPart() {
    int each = 1 << 21; // three of them are long in a heap of any size
    PackedMemory memory = new PackedMemory(3L * each, 16);
    float[] array = memory.take(each).array();
    for (int i = 1; i < 3; i++) {
      Lines.Run run = memory.take(each);
      assertSame(array, run.array());
      assertEquals(Lines.FIRST + i * each, run.at());
    }
  }

  @Test
  void guessesMayBeWrong() {
    PackedMemory memory = new PackedMemory(0);
    assertTrue(memory.take(1000).array().length >= 1000);
    assertTrue(memory.take(5000).array().length >= 5000);
  }
}
