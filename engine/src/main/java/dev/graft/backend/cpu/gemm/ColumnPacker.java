package dev.graft.backend.cpu.gemm;

/** Packs a left operand whose columns are the contiguous, or the closer, direction. */
final class ColumnPacker implements RowPacker {
  private final float[] from;
  private final int at;
  private final int strideRow;
  private final int strideK;

  ColumnPacker(float[] from, int at, int strideRow, int strideK) {
    this.from = from;
    this.at = at;
    this.strideRow = strideRow;
    this.strideK = strideK;
  }

  @Override
  public void packRow(int row, int k, int count, float[] panel, int to) {
    packRows(row, 1, k, count, panel, to);
  }

  @Override
  public void packRows(int row, int rows, int k, int count, float[] panel, int to) {
    int start = at + row * strideRow + k * strideK;
    for (int j = 0; j < count; j++) {
      int i = start + j * strideK;
      for (int r = 0, t = to + j; r < rows; r++, i += strideRow, t += Blocking.ROW_STRIDE) {
        panel[t] = from[i];
      }
    }
  }
}
