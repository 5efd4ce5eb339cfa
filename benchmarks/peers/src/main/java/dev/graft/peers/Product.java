package dev.graft.peers;

import dev.graft.tensor.Rng;

/** A matrix product, with its operands' values; the same for the same sizes. */
record Product(int m, int n, int k) {
  static Product parse(String text) {
    String[] parts = text.split("x");
    try {
      if (parts.length == 3) {
        return new Product(
            Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
      }
    } catch (NumberFormatException e) {
      // the message below says what a shape looks like
    }
    throw new IllegalArgumentException(
        "sgemm: a shape is MxNxK, such as 1024x1024x1024: \"" + text + "\"");
  }

  float[] a() {
    return normal(m * k, 1);
  }

  float[] b() {
    return normal(k * n, 2);
  }

  double gflop() {
    return 2e-9 * m * n * k;
  }

  static float[] normal(int count, long seed) {
    Rng rng = Rng.of(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) rng.nextGaussian();
    }
    return values;
  }

  @Override
  public String toString() {
    return m + "x" + n + "x" + k;
  }
}
