package dev.graft.weights;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;

/** A tensor inside an open weight file: what it is, and how to get its values. */
interface StoredTensor {
  WeightEntry entry();

  /** The values in row-major order. Only called where they number at most 2^31 - 9. */
  float[] decode() throws WeightFormatException;

  /**
   * A tensor whose elements lie in mapped memory.
   *
   * @param bytes the memory that its offset and strides count in
   * @param order the byte order of the elements
   * @param offset index of the first element
   * @param stride for each dimension the distance between neighbours, in elements
   */
  record Mapped(WeightEntry entry, MemorySegment bytes, ByteOrder order, long offset, long[] stride)
      implements StoredTensor {
    @Override
    public float[] decode() {
      Decoder decoder = new Decoder(bytes, order, entry.dtype());
      return Strided.decode(decoder, offset, entry.shape(), stride);
    }
  }
}
