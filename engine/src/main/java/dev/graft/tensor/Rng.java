package dev.graft.tensor;

/**
 * Seeded random numbers that are the same on every machine: a counter run through splitmix64's
 * finaliser (Steele, Lea and Flood, 2014), so that the i-th number of a seed can be computed by
 * itself, in any order, on any thread or device. Not thread-safe; not for secrets.
 */
public final class Rng {
  private static final long GAMMA = 0x9E3779B97F4A7C15L;

  private long seed;
  private long counter;

  private Rng(long seed) {
    this.seed = seed;
  }

  public static Rng of(long seed) {
    return new Rng(seed);
  }

  /** An independent stream of this seed: the same name gives the same numbers. */
  public Rng split(String name) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x100000001b3L;
    }
    return new Rng(mix(seed ^ mix(hash)));
  }

  /** Where a generator stands: two of equal state go on with the same numbers. */
  public record State(long seed, long counter) {
    /** One word that {@link #parse} reads. */
    public String toText() {
      return seed + ":" + counter;
    }

    /**
     * Reads what {@link #toText} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static State parse(String text) {
      String[] parts = text.split(":", 2);
      try {
        return new State(Long.parseLong(parts[0]), Long.parseLong(parts[1]));
      } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
        throw new IllegalArgumentException("rng: cannot read the state \"" + text + "\"", e);
      }
    }
  }

  public State state() {
    return new State(seed, counter);
  }

  /** Goes on from {@code state}. */
  public void restore(State state) {
    seed = state.seed;
    counter = state.counter;
  }

  /** The 64 random bits at position {@code index} of a seed. */
  public static long bits(long seed, long index) {
    return mix(seed + (index + 1) * GAMMA);
  }

  /** The number in [0, 1) at position {@code index} of a seed, a multiple of 2^-24. */
  public static float uniform(long seed, long index) {
    return (bits(seed, index) >>> 40) * 0x1p-24f;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  public long nextLong() {
    return bits(seed, counter++);
  }

  /** Uniform in [0, 1). */
  public float nextFloat() {
    return uniform(seed, counter++);
  }

  /** Uniform in [0, 1), 53 bits. */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /**
   * Uniform in 0 … bound−1.
   *
   * @throws IllegalArgumentException if bound is not positive
   */
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException("rng: bound must be positive: " + bound);
    }
    return (int) (((nextLong() >>> 33) * bound) >>> 31);
  }

  /** Standard normal, by Box and Muller (1958) in StrictMath, so that every machine agrees. */
  public double nextGaussian() {
    double radius = StrictMath.sqrt(-2 * StrictMath.log(1 - nextDouble()));
    return radius * StrictMath.cos(2 * Math.PI * nextDouble());
  }

  /** The numbers 0 … n−1 in random order (Fisher and Yates). */
  public int[] permutation(int n) {
    int[] p = new int[n];
    for (int i = 0; i < n; i++) {
      int j = nextInt(i + 1);
      p[i] = p[j];
      p[j] = i;
    }
    return p;
  }
}
