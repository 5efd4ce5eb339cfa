package dev.graft.backend.cpu.gemm;

/** Reads the left operand: a matrix, or a convolution's input seen as one. */
public interface RowPacker {
  /**
   * Copies columns {@code k … k+count−1} of row {@code row} to {@code panel[at …]}. Called from
   * several threads.
   */
  void packRow(int row, int k, int count, float[] panel, int at);

  /**
   * How many rows are best read at a time where their columns go into several blocks: one, if all
   * of them lie in one run of memory. 1000×32×2048 on one thread 1.23 of the speed, on two 1.11; a
   * convolution's pointwise taps, which are found row by row, 0.98 to 1.01.
   */
  default int rowsTogether() {
    return Integer.MAX_VALUE;
  }

  /** The rows as runs of memory, all as far apart; null where they are not. */
  default RunPacker runs() {
    return null;
  }

  /** The same for several rows, {@link Blocking#ROW_STRIDE} apart in the panel. */
  default void packRows(int row, int rows, int k, int count, float[] panel, int at) {
    for (int r = 0; r < rows; r++) {
      packRow(row + r, k, count, panel, at + r * Blocking.ROW_STRIDE);
    }
  }

  /**
   * A matrix whose element (row, k) is {@code from[at + row·strideRow + k·strideK]}. Where rows are
   * closer than columns, it is read column by column: whole cache lines of the source, and one line
   * a row of the panel.
   */
  static RowPacker strided(float[] from, int at, int strideRow, int strideK) {
    if (strideK == 1) {
      return new RunPacker(from, at, strideRow);
    }
    return strideRow < strideK
        ? new ColumnPacker(from, at, strideRow, strideK)
        : (row, k, count, panel, to) ->
            packStrided(from, at + row * strideRow + k * strideK, strideK, count, panel, to);
  }

  private static void packStrided(
      float[] from, int at, int stride, int count, float[] panel, int to) {
    for (int j = 0, i = at; j < count; j++, i += stride) {
      panel[to + j] = from[i];
    }
  }
}
