package dev.graft.backend;

import java.util.ArrayList;
import java.util.List;

/**
 * Few long arrays for many weights. The garbage collector gives an array of half a region or more
 * whole regions of 1 to 32 MB to itself, and the sizes of weights, powers of two and a header, fill
 * them badly: ResNet-50's 102 MB took 145.
 */
public final class PackedMemory {
  /** 16 MB with the header: whole regions, and no free run is too short for it for long. */
  private static final int LONGEST = (1 << 22) - 4;

  private final List<Chunk> chunks = new ArrayList<>();
  private long left;

  private static final class Chunk {
    final float[] array;
    int used = Lines.FIRST;

    Chunk(int length) {
      array = new float[length];
    }

    boolean holds(int length) {
      return array.length - used >= length;
    }
  }

  /**
   * @param total what all runs will take by {@link #room}; a guess does
   */
  public PackedMemory(long total) {
    left = total;
  }

  /** What a run of that many floats takes: whole cache lines. */
  public static long room(long length) {
    return Lines.room(length);
  }

  /** The next run, zeros, beginning at a cache line. What takes little shares {@link Lines}'s. */
  public Lines.Run take(int length) {
    Chunk chunk = chunks.stream().filter(c -> c.holds(length)).findFirst().orElse(null);
    if (chunk == null) {
      long wanted = Lines.FIRST + Math.max(length, left);
      if (!Lines.isLong(wanted)) {
        left = Math.max(0, left - room(length));
        return Lines.take(length);
      }
      chunk = new Chunk((int) Math.max(Lines.FIRST + (long) length, Math.min(wanted, LONGEST)));
      chunks.add(chunk);
    }
    Lines.Run run = new Lines.Run(chunk.array, chunk.used, length);
    chunk.used = (int) Math.min(chunk.used + room(length), chunk.array.length);
    left = Math.max(0, left - room(length));
    return run;
  }
}
