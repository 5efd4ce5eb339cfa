package dev.graft.backend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Few long arrays for many weights. The garbage collector gives an array of half a region or more
 * whole regions of 1 to 32 MB to itself, and the sizes of weights, powers of two and a header, fill
 * them badly: ResNet-50's 102 MB took 145. What will be asked for is placed beforehand, the longest
 * first, since in the order of the layers a sixth of the arrays stayed free (22 MB of 131).
 */
public final class PackedMemory {
  /** 16 MB with the header: whole regions, and no free run is too short for it for long. */
  private static final int LONGEST = (1 << 22) - 4;

  /** What fits an array at all. */
  private static final long MOST = Integer.MAX_VALUE - 2L * Lines.LINE;

  private final List<Free> free = new ArrayList<>();

  /** An array that is made when the first of its runs is asked for. */
  private static final class Chunk {
    int length = Lines.FIRST;
    float[] array;

    float[] array() {
      if (array == null) {
        array = new float[length];
      }
      return array;
    }
  }

  /** A run that nobody has taken. */
  private record Free(Chunk chunk, int at, int length) {}

  /**
   * @param rooms what the runs will take by {@link #room}, each or several together; others can be
   *     had, in arrays of their own
   */
  public PackedMemory(long... rooms) {
    List<Chunk> chunks = new ArrayList<>();
    long[] ascending = rooms.clone();
    Arrays.sort(ascending);
    for (int i = ascending.length - 1; i >= 0; i--) {
      if (ascending[i] > 0 && ascending[i] <= MOST) {
        place(chunks, (int) ascending[i]);
      }
    }
  }

  private void place(List<Chunk> chunks, int room) {
    Chunk chunk =
        chunks.stream().filter(c -> LONGEST - c.length >= room).findFirst().orElseGet(Chunk::new);
    if (chunk.length == Lines.FIRST) {
      chunks.add(chunk);
    }
    free.add(new Free(chunk, chunk.length, room));
    chunk.length += room;
  }

  /** What a run of that many floats takes: whole cache lines. */
  public static long room(long length) {
    return Lines.room(length);
  }

  /** The next run, zeros, beginning at a cache line. What takes little shares {@link Lines}'s. */
  public Lines.Run take(int length) {
    int room = Math.toIntExact(room(length));
    Free shortest =
        free.stream()
            .filter(f -> f.length >= room)
            .min(Comparator.comparingInt(Free::length))
            .orElse(null);
    if (shortest == null) {
      return Lines.take(length);
    }
    free.remove(shortest);
    Chunk chunk = shortest.chunk;
    if (shortest.length > room) {
      free.add(new Free(chunk, shortest.at + room, shortest.length - room));
    }
    return Lines.isLong(chunk.length)
        ? new Lines.Run(chunk.array(), shortest.at, length)
        : Lines.take(length);
  }
}
