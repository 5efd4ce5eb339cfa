package dev.graft.backend.cpu;

/**
 * The elements behind the last whole vector of a loop that updates arrays in place: copied to
 * arrays of a vector's length, so that the same loop may run on them, and back. Masks in every turn
 * take three times as long, a mask for the last vector alone is an object in some JVMs' code, and
 * the formulas would stand there twice.
 */
final class LastVector {
  private static final int L = Vectors.LANES;

  private LastVector() {}

  /** How many of {@code n} elements whole vectors cover. */
  static int whole(int n) {
    return n / L * L;
  }

  /** A copy of {@code from[at … at+count−1]} with zeros behind; null where there is no array. */
  static float[] copy(float[] from, int at, int count) {
    if (from == null) {
      return null;
    }
    float[] last = new float[L];
    System.arraycopy(from, at, last, 0, count);
    return last;
  }

  /** Writes {@code count} elements back. */
  static void restore(float[] last, float[] to, int at, int count) {
    if (last != null) {
      System.arraycopy(last, 0, to, at, count);
    }
  }
}
