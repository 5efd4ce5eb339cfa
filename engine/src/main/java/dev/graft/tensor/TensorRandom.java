package dev.graft.tensor;

/**
 * The ways of {@link Tensor} to fill itself with random numbers. The same seed gives the same
 * values on every machine.
 */
abstract sealed class TensorRandom permits TensorShaping {
  /** The next number. */
  private interface Draw {
    float next();
  }

  private static Tensor fill(Draw draw, int... dims) {
    float[] data = new float[Shape.of(dims).numel()];
    for (int i = 0; i < data.length; i++) {
      data[i] = draw.next();
    }
    return Tensor.of(data, dims);
  }

  /** Uniform in [0, 1). */
  public static Tensor rand(Rng rng, int... dims) {
    return fill(rng::nextFloat, dims);
  }

  /** Standard normal. */
  public static Tensor randn(Rng rng, int... dims) {
    return fill(() -> (float) rng.nextGaussian(), dims);
  }

  /**
   * Uniform in [low, high). {@code Tensor.uniform(Rng.of(1), -1, 1, 2, 3)}
   *
   * @throws IllegalArgumentException unless low is below high and both are finite
   */
  public static Tensor uniform(Rng rng, float low, float high, int... dims) {
    if (!(low < high && Float.isFinite(high - low))) {
      throw new IllegalArgumentException(
          "uniform: needs finite bounds, low below high: low " + low + ", high " + high);
    }
    // A number just below 1 may round up to high.
    float most = Math.nextDown(high);
    return fill(() -> Math.min(most, (float) (low + rng.nextDouble() * (high - low))), dims);
  }

  /**
   * Normal.
   *
   * @throws IllegalArgumentException if std is negative or NaN
   */
  public static Tensor normal(Rng rng, float mean, float std, int... dims) {
    if (!(std >= 0)) {
      throw new IllegalArgumentException("normal: std must be at least 0: " + std);
    }
    return fill(() -> (float) (mean + std * rng.nextGaussian()), dims);
  }

  /**
   * 1 with probability p, else 0.
   *
   * @throws IllegalArgumentException if p is not in [0, 1]
   */
  public static Tensor bernoulli(Rng rng, float p, int... dims) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("bernoulli: p must be between 0 and 1: " + p);
    }
    return fill(() -> rng.nextFloat() < p ? 1 : 0, dims);
  }

  /**
   * Integers, uniform in low … high−1.
   *
   * @throws IllegalArgumentException if low is not below high, or they leave ±2^24, where float32
   *     holds every integer
   */
  public static Tensor randint(Rng rng, int low, int high, int... dims) {
    if (low >= high || low < -(1 << 24) || high > 1 << 24) {
      throw new IllegalArgumentException(
          "randint: needs low below high, both within ±2^24: low " + low + ", high " + high);
    }
    return fill(() -> low + rng.nextInt(high - low), dims);
  }

  /** The numbers 0 … n−1 in random order: indices for {@code indexSelect}. */
  public static int[] randperm(Rng rng, int n) {
    return rng.permutation(n);
  }
}
