package dev.graft.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Writes a stored tensor's elements as they are, little-endian and row-major. */
final class RawElements {
  private static final int CHUNK = 1 << 16;

  private RawElements() {}

  static void write(StoredTensor.Mapped tensor, ByteSink sink) throws IOException {
    int itemSize = tensor.entry().dtype().bytes();
    boolean little = tensor.order() == ByteOrder.LITTLE_ENDIAN || itemSize == 1;
    if (little && tensor.isDense()) {
      long bytes = tensor.entry().bytes();
      sink.write(tensor.bytes().asSlice(bytes == 0 ? 0 : tensor.offset() * itemSize, bytes));
    } else {
      gather(tensor, itemSize, little, sink);
    }
  }

  private static void gather(
      StoredTensor.Mapped tensor, int itemSize, boolean little, ByteSink sink) throws IOException {
    long[] shape = tensor.entry().shape();
    long[] stride = tensor.stride();
    long[] index = new long[shape.length];
    MemorySegment bytes = tensor.bytes();
    byte[] chunk = new byte[CHUNK];
    int used = 0;
    long at = tensor.offset();
    for (long left = tensor.entry().numel(); left > 0; left--) {
      for (int b = 0; b < itemSize; b++) {
        long from = at * itemSize + (little ? b : itemSize - 1 - b);
        chunk[used++] = bytes.get(ValueLayout.JAVA_BYTE, from);
      }
      if (used == CHUNK) {
        sink.write(chunk, used);
        used = 0;
      }
      for (int d = shape.length - 1; d >= 0; d--) {
        at += stride[d];
        if (++index[d] < shape[d]) {
          break;
        }
        at -= shape[d] * stride[d];
        index[d] = 0;
      }
    }
    sink.write(chunk, used);
  }
}
