package dev.graft.backend;

/**
 * Runs of arrays that begin at a cache line, for what kernels read over and over by vectors. A
 * vector that lies across two lines takes two of them: 1024×1024×1024 has 1.11 of the speed, 512³
 * 1.10 to 1.12, 64×3136×576 1.10 to 1.12, 1000×32×2048 1.06 to 1.09 where packed panels begin at a
 * line (one and two threads of a Xeon with AVX-512, 2 MB of L2).
 *
 * <p>Java says nowhere where an array lies. But G1, the usual collector, puts one that takes more
 * than half a region at the beginning of a region, so that its first float lies behind a header of
 * 16 bytes. With others, other sizes of regions or of headers, runs lie as they happen to, and all
 * is right and somewhat slower.
 */
public final class Lines {
  /** Floats of a line of 64 bytes. */
  static final int LINE = 16;

  /** The first float of a long array that begins a line, since its header takes 16 bytes. */
  public static final int FIRST = LINE - 4;

  private static final int LEAST_REGION = 1 << 20;
  private static final int MOST_REGION = 32 << 20;

  /** Regions that G1 aims at, and rounds their size up to a power of two. */
  private static final int REGIONS = 2048;

  /** Floats that with their header take more than half a region, for most sizes of a heap. */
  private static final int LONG = region(Runtime.getRuntime().maxMemory()) / 2 / Float.BYTES;

  /** What {@link #take} takes runs from; collected once nobody holds any of them. */
  private static float[] chunk = {};

  private static int used;

  /** What a scratch begins with. */
  public static final Run NOTHING = new Run(new float[0], 0, 0);

  private Lines() {}

  /** {@code length} floats of an array from {@code at} on, to be written over. */
  public record Run(float[] array, int at, int length) {
    /** This one, or another that holds so many floats, and twice as many as this one. */
    public Run orLonger(int floats) {
      return floats <= length ? this : take(Math.max(floats, 2 * length));
    }
  }

  /** The length of an array that holds so many floats from {@link #FIRST} on, and is long. */
  public static int longArray(int floats) {
    return Math.max(LONG, Math.addExact(FIRST, floats));
  }

  /** Whether an array of so many floats is long without being made so. */
  public static boolean isLong(long floats) {
    return floats >= LONG;
  }

  /** A run of so many zeros for good: short ones share arrays. */
  public static synchronized Run take(int floats) {
    if (isLong(floats)) {
      return new Run(new float[longArray(floats)], FIRST, floats);
    }
    if (chunk.length - used < floats) {
      chunk = new float[longArray(floats)];
      used = FIRST;
    }
    Run run = new Run(chunk, used, floats);
    used = (int) Math.min(used + room(floats), chunk.length);
    return run;
  }

  /** What a run of that many floats takes: whole lines. */
  static long room(long floats) {
    return (floats + LINE - 1) / LINE * LINE;
  }

  /** Bytes of a region of G1's, in a heap of at most that many. */
  static int region(long heap) {
    long even = Math.clamp(heap / REGIONS, LEAST_REGION, MOST_REGION);
    int power = Integer.highestOneBit((int) even);
    return power < even ? 2 * power : power;
  }
}
