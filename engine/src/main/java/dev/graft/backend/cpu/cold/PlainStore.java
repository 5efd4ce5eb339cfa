package dev.graft.backend.cpu.cold;

/** What tiles and Winograd's outputs pass on their way to the result. */
public final class PlainStore {
  private PlainStore() {}

  /**
   * {@code out[to + c] = relu?(sums[at + c] + bias[biasAt + c] + addend[addendAt + c])} for {@code
   * columns} columns. NaN stays NaN.
   *
   * @param bias null for none: −0, which leaves −0 as it is
   * @param addend null for none
   */
  public static void row(
      float[] sums,
      int at,
      int columns,
      float[] bias,
      int biasAt,
      float[] addend,
      int addendAt,
      boolean relu,
      float[] out,
      int to) {
    float least = relu ? 0 : Float.NEGATIVE_INFINITY;
    for (int c = 0; c < columns; c++) {
      float x = sums[at + c] + (bias == null ? -0f : bias[biasAt + c]);
      if (addend != null) {
        x += addend[addendAt + c];
      }
      out[to + c] = x < least ? least : x;
    }
  }
}
