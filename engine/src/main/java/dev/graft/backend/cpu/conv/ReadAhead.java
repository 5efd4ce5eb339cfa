package dev.graft.backend.cpu.conv;

/**
 * Brings into the cache what a task will read next while it still multiplies: the kernel reads a
 * float of it at every pixel, since Java has no prefetch.
 */
final class ReadAhead {
  /** Floats from what is read at a pixel to the next: a cache line. */
  private static final int STEP = OuterProducts13.STEP;

  /** Some of an array. */
  record Range(float[] array, int from, int end) {}

  private final Range[] ranges;
  private final int perRun;
  private final long length;
  private final long possible;

  /** The range that is being read, and where. */
  private int current;

  private long next; // beyond the end of an array as long as arrays get
  private long due;
  private int seen;

  /** Where the coming run of the kernel reads; −1 if nowhere. */
  private int at = -1;

  /**
   * @param pixels of one run of the kernel
   * @param runs of the kernel until all is needed; as many of them as it takes read, evenly
   */
  ReadAhead(int pixels, int runs, Range... ranges) {
    this.ranges = ranges;
    perRun = pixels * STEP;
    possible = (long) runs * perRun;
    long sum = 0;
    for (Range range : ranges) {
      sum += range.end - range.from;
    }
    length = Math.min(sum, possible);
    next = ranges.length == 0 ? 0 : ranges[0].from;
  }

  /** For a last block. */
  static ReadAhead nothing() {
    return new ReadAhead(1, 1);
  }

  /** Chooses what the coming run reads; nothing behind the last range. */
  void advance() {
    at = -1;
    due += length;
    if (due < possible) {
      return;
    }
    due -= possible;
    if (next >= ranges[current].end && current + 1 < ranges.length) {
      current++;
      next = ranges[current].from;
    }
    int last = ranges[current].array.length - 1 - (perRun - STEP);
    if (next < ranges[current].end && last >= 0) {
      at = (int) Math.min(next, last);
      next += perRun;
    }
  }

  /** What the coming run reads: {@code x} again, where there is nothing else. */
  float[] array(float[] x) {
    return at < 0 ? x : ranges[current].array;
  }

  /** How much further on than in x, which is read from {@code xAt} on. */
  int distance(int xAt) {
    return at < 0 ? 0 : at - xAt;
  }

  /** Takes what depends on all that was read. */
  void see(int value) {
    seen += value;
  }

  /** Something that depends on all that was read, without which it would not be. */
  float seen() {
    return seen;
  }
}
