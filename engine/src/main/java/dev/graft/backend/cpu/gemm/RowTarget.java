package dev.graft.backend.cpu.gemm;

/** Where a row of the result lies in the output array; its columns are contiguous. */
public interface RowTarget {
  int offset(int row);
}
