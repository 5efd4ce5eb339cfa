package dev.graft.backend.cpu.conv;

/**
 * Brings into the cache what a task will read next while it still multiplies: the kernel reads a
 * float of it at every pixel, since Java has no prefetch.
 */
final class ReadAhead {
  /** Floats of a cache line: longer steps would leave some out. */
  private static final int LINE = 16;

  /** Some of an array. */
  record Range(float[] array, int from, int end) {}

  private final Range[] ranges;
  private final int pixels;

  /** The range that is being read, and where. */
  private int current;

  private long next; // beyond the end of an array as long as arrays get
  private float seen;

  /** The coming run of the kernel reads {@code array[at + p·step]} at pixel p. */
  private int at;

  private int step;

  /**
   * @param pixels of one run of the kernel
   * @param runs of the kernel until all is needed
   */
  ReadAhead(int pixels, int runs, Range... ranges) {
    this.ranges = ranges;
    this.pixels = pixels;
    next = ranges[0].from;
    long length = 0;
    for (Range range : ranges) {
      length += range.end - range.from;
    }
    step = (int) Math.min(LINE, Math.ceilDiv(length, (long) runs * pixels));
  }

  /** For a last block: one float of {@code array}, again and again. */
  static ReadAhead nothing(float[] array) {
    return new ReadAhead(1, 1, new Range(array, 0, 0));
  }

  /** Chooses what the coming run reads; nothing new behind the last range. */
  void advance() {
    if (step == 0) {
      return;
    }
    if (next >= ranges[current].end && current + 1 < ranges.length) {
      current++;
      next = ranges[current].from;
    }
    int last = array().length - 1 - (pixels - 1) * step;
    if (next >= ranges[current].end || last < 0) {
      at = 0;
      step = 0;
    } else {
      at = (int) Math.min(next, last);
      next += pixels * step;
    }
  }

  float[] array() {
    return ranges[current].array;
  }

  int at() {
    return at;
  }

  int step() {
    return step;
  }

  /** Takes the sum of what was read. */
  void see(float sum) {
    seen += sum;
  }

  /** Something that depends on all that was read, without which it would not be. */
  float seen() {
    return seen;
  }
}
