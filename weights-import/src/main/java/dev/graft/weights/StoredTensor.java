package dev.graft.weights;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** A tensor inside an open weight file: what it is, and how to get its values. */
interface StoredTensor {
  WeightEntry entry();

  /**
   * The elements in memory: where they lie in the file, if they lie there in a plain form; else
   * made for this call, of the size that the file holds.
   */
  Mapped mapped() throws WeightFormatException;

  /**
   * A tensor whose elements lie in memory.
   *
   * @param bytes the memory that its offset and strides count in
   * @param order the byte order of the elements
   * @param offset index of the first element
   * @param stride for each dimension the distance between neighbours, in elements
   */
  record Mapped(WeightEntry entry, MemorySegment bytes, ByteOrder order, long offset, long[] stride)
      implements StoredTensor {
    @Override
    public Mapped mapped() {
      return this;
    }

    /** The values in row-major order. Only called where they number at most 2^31 - 9. */
    float[] decode() {
      return Strided.decode(decoder(), offset, entry.shape(), stride);
    }

    Decoder decoder() {
      return new Decoder(bytes, order, entry.dtype());
    }

    /** Whether the elements lie one after another in row-major order. */
    boolean isDense() {
      return Strided.isRowMajor(entry.shape(), stride);
    }

    /** Equal for two tensors of one open file that are the same elements in the same shape. */
    Object tie() {
      return List.of(
          bytes.address(),
          offset,
          entry.dtype(),
          Arrays.toString(entry.shape()),
          Arrays.toString(stride));
    }
  }
}
