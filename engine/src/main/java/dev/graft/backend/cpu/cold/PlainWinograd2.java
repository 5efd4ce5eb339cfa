package dev.graft.backend.cpu.cold;

/** The transforms of F(2×2, 3×3), {@code lanes} channels at a time. */
public final class PlainWinograd2 {
  private PlainWinograd2() {}

  /** G g Gᵀ of kernels whose nine taps lie after {@code at}. */
  public static void weight(
      int lanes, float[] taps, int at, float[] temp, float[] to, int toAt, int distance) {
    for (int x = 0; x < 3; x++) {
      weightLine(lanes, taps, at + x * lanes, 3 * lanes, temp, x * lanes, 3 * lanes);
    }
    for (int y = 0; y < 4; y++) {
      weightLine(lanes, temp, y * 3 * lanes, lanes, to, toAt + y * 4 * distance, distance);
    }
  }

  private static void weightLine(
      int lanes, float[] from, int at, int step, float[] to, int t, int distance) {
    for (int i = 0; i < lanes; i++) {
      float g0 = from[at + i];
      float g1 = from[at + step + i] * 0.5f;
      float g2 = from[at + 2 * step + i];
      float sum = (g0 + g2) * 0.5f;
      to[t + i] = g0;
      to[t + distance + i] = sum + g1;
      to[t + 2 * distance + i] = sum - g1;
      to[t + 3 * distance + i] = g2;
    }
  }

  /** Bᵀ d B of a patch whose pixels lie {@code rowStride} and {@code pixel} apart. */
  public static void input(
      int lanes,
      float[] image,
      int at,
      int rowStride,
      int pixel,
      float[] temp,
      float[] to,
      int toAt,
      int[] offsets) {
    for (int x = 0; x < 4; x++) {
      int t = x * lanes;
      int row = 4 * lanes;
      inputLine(
          lanes, image, at + x * pixel, rowStride, temp, t, t + row, t + 2 * row, t + 3 * row);
    }
    for (int y = 0; y < 4; y++) {
      int p = y * 4;
      inputLine(
          lanes,
          temp,
          p * lanes,
          lanes,
          to,
          toAt + offsets[p],
          toAt + offsets[p + 1],
          toAt + offsets[p + 2],
          toAt + offsets[p + 3]);
    }
  }

  private static void inputLine(
      int lanes, float[] from, int at, int step, float[] to, int t0, int t1, int t2, int t3) {
    for (int i = 0; i < lanes; i++) {
      float d0 = from[at + i];
      float d1 = from[at + step + i];
      float d2 = from[at + 2 * step + i];
      float d3 = from[at + 3 * step + i];
      to[t0 + i] = d0 - d2;
      to[t1 + i] = d1 + d2;
      to[t2 + i] = d2 - d1;
      to[t3 + i] = d1 - d3;
    }
  }

  /** Aᵀ m A of positions {@code distance} apart, into {@code temp} as [2][2][lanes]. */
  public static void output(int lanes, float[] products, int at, int distance, float[] temp) {
    int rows = 4 * lanes;
    for (int x = 0; x < 4; x++) {
      outputLine(
          lanes, products, at + x * distance, 4 * distance, temp, rows + x * lanes, 4 * lanes);
    }
    for (int y = 0; y < 2; y++) {
      outputLine(lanes, temp, rows + y * 4 * lanes, lanes, temp, y * 2 * lanes, lanes);
    }
  }

  private static void outputLine(
      int lanes, float[] from, int at, int step, float[] to, int t, int distance) {
    for (int i = 0; i < lanes; i++) {
      float m0 = from[at + i];
      float m1 = from[at + step + i];
      float m2 = from[at + 2 * step + i];
      float m3 = from[at + 3 * step + i];
      to[t + i] = m0 + m1 + m2;
      to[t + distance + i] = m1 - m2 - m3;
    }
  }
}
