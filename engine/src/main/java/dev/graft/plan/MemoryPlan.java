package dev.graft.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Where each slot lies in the arena: the largest first, each in the smallest gap that holds it
 * between those that live at the same time (greedy by size; Pisarchyk and Lee, 2020).
 */
final class MemoryPlan {
  /** Slots begin at whole cache lines of floats. */
  private static final int LINE = 16;

  private MemoryPlan() {}

  /**
   * Sets every slot's offset; returns the arena's length in floats.
   *
   * @throws IllegalStateException if that is more than an array can have
   */
  static int place(List<Slot> slots) {
    List<Slot> placed = new ArrayList<>();
    long length = 0;
    List<Slot> order = new ArrayList<>(slots);
    order.sort(Comparator.comparingInt((Slot s) -> -s.size).thenComparingInt(s -> s.first));
    for (Slot slot : order) {
      long at = bestGap(slot, placed);
      length = Math.max(length, at + lines(slot.size));
      if (length > Integer.MAX_VALUE - 8) {
        throw new IllegalStateException(
            "plan: needs more than 2^31 floats of memory at once; use a smaller batch");
      }
      slot.offset = (int) at;
      placed.add(slot);
      placed.sort(Comparator.comparingInt(s -> s.offset));
    }
    return (int) length;
  }

  private static long lines(int size) {
    return (size + LINE - 1L) / LINE * LINE;
  }

  private static long bestGap(Slot slot, List<Slot> placedByOffset) {
    long end = 0;
    long best = -1;
    long bestSize = Long.MAX_VALUE;
    for (Slot other : placedByOffset) {
      if (!slot.livesWith(other)) {
        continue;
      }
      long gap = other.offset - end;
      if (gap >= lines(slot.size) && gap < bestSize) {
        best = end;
        bestSize = gap;
      }
      end = Math.max(end, other.offset + lines(other.size));
    }
    return best >= 0 ? best : end;
  }
}
