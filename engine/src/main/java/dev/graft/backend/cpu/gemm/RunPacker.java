package dev.graft.backend.cpu.gemm;

/** A matrix each of whose rows lies in one run, {@code strideRow} from the next. */
public record RunPacker(float[] from, int at, int strideRow) implements RowPacker {
  @Override
  public void packRow(int row, int k, int count, float[] panel, int to) {
    System.arraycopy(from, at + row * strideRow + k, panel, to, count);
  }

  @Override
  public RunPacker runs() {
    return this;
  }

  @Override
  public int rowsTogether() {
    return 1;
  }
}
