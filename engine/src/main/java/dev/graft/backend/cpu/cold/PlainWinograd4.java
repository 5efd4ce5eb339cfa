package dev.graft.backend.cpu.cold;

/** The transforms of F(4×4, 3×3), {@code lanes} channels at a time. */
public final class PlainWinograd4 {
  private PlainWinograd4() {}

  /** G g Gᵀ of kernels whose nine taps lie after {@code at}. */
  public static void weight(
      int lanes, float[] taps, int at, float[] temp, float[] to, int toAt, int distance) {
    for (int x = 0; x < 3; x++) {
      weightLine(lanes, taps, at + x * lanes, 3 * lanes, temp, x * lanes, 3 * lanes);
    }
    for (int y = 0; y < 6; y++) {
      weightLine(lanes, temp, y * 3 * lanes, lanes, to, toAt + y * 6 * distance, distance);
    }
  }

  private static void weightLine(
      int lanes, float[] from, int at, int step, float[] to, int t, int distance) {
    for (int i = 0; i < lanes; i++) {
      float g0 = from[at + i];
      float g1 = from[at + step + i];
      float g2 = from[at + 2 * step + i];
      float sum = (g0 + g2) * (-1 / 6f);
      float middle = g1 * (1 / 6f);
      float sum2 = g0 * (1 / 24f) + g2 * (1 / 6f);
      float middle2 = g1 * (1 / 12f);
      to[t + i] = g0 * (1 / 4f);
      to[t + distance + i] = sum - middle;
      to[t + 2 * distance + i] = sum + middle;
      to[t + 3 * distance + i] = sum2 + middle2;
      to[t + 4 * distance + i] = sum2 - middle2;
      to[t + 5 * distance + i] = g2;
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
    for (int x = 0; x < 6; x++) {
      int t = x * lanes;
      int row = 6 * lanes;
      inputLine(
          lanes,
          image,
          at + x * pixel,
          rowStride,
          temp,
          t,
          t + row,
          t + 2 * row,
          t + 3 * row,
          t + 4 * row,
          t + 5 * row);
    }
    for (int y = 0; y < 6; y++) {
      int p = y * 6;
      inputLine(
          lanes,
          temp,
          p * lanes,
          lanes,
          to,
          toAt + offsets[p],
          toAt + offsets[p + 1],
          toAt + offsets[p + 2],
          toAt + offsets[p + 3],
          toAt + offsets[p + 4],
          toAt + offsets[p + 5]);
    }
  }

  private static void inputLine(
      int lanes,
      float[] from,
      int at,
      int step,
      float[] to,
      int t0,
      int t1,
      int t2,
      int t3,
      int t4,
      int t5) {
    for (int i = 0; i < lanes; i++) {
      float d0 = from[at + i];
      float d1 = from[at + step + i];
      float d2 = from[at + 2 * step + i];
      float d3 = from[at + 3 * step + i];
      float d4 = from[at + 4 * step + i];
      float d5 = from[at + 5 * step + i];
      float even = d4 - d2 * 4;
      float odd = d3 - d1 * 4;
      float evenHalf = d4 - d2;
      float oddHalf = d3 - d1;
      to[t0 + i] = d0 * 4 - d2 * 5 + d4;
      to[t1 + i] = even + odd;
      to[t2 + i] = even - odd;
      to[t3 + i] = evenHalf + (oddHalf + oddHalf);
      to[t4 + i] = evenHalf - (oddHalf + oddHalf);
      to[t5 + i] = d1 * 4 - d3 * 5 + d5;
    }
  }

  /** Aᵀ m A of positions {@code distance} apart, into {@code temp} as [4][4][lanes]. */
  public static void output(int lanes, float[] products, int at, int distance, float[] temp) {
    int rows = 16 * lanes;
    for (int x = 0; x < 6; x++) {
      outputLine(
          lanes, products, at + x * distance, 6 * distance, temp, rows + x * lanes, 6 * lanes);
    }
    for (int y = 0; y < 4; y++) {
      outputLine(lanes, temp, rows + y * 6 * lanes, lanes, temp, y * 4 * lanes, lanes);
    }
  }

  private static void outputLine(
      int lanes, float[] from, int at, int step, float[] to, int t, int distance) {
    for (int i = 0; i < lanes; i++) {
      float m0 = from[at + i];
      float m1 = from[at + step + i];
      float m2 = from[at + 2 * step + i];
      float m3 = from[at + 3 * step + i];
      float m4 = from[at + 4 * step + i];
      float m5 = from[at + 5 * step + i];
      float sum = m1 + m2;
      float difference = m1 - m2;
      float sum2 = m3 + m4;
      float difference2 = m3 - m4;
      to[t + i] = m0 + sum + sum2;
      to[t + distance + i] = difference2 + difference2 + difference;
      to[t + 2 * distance + i] = sum2 * 4 + sum;
      to[t + 3 * distance + i] = difference2 * 8 + difference + m5;
    }
  }
}
