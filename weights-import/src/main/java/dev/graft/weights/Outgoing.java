package dev.graft.weights;

import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A tensor that is about to be written.
 *
 * @param dtype the type that its elements are written as
 * @param tie equal for tensors that are the same elements in the same shape
 * @param elements writes them, little-endian and row-major
 */
record Outgoing(String name, DType dtype, long[] shape, Object tie, Elements elements) {
  /** Writes a tensor's elements. */
  interface Elements {
    void write(ByteSink sink) throws IOException;
  }

  /** What tells one object from all others, however it defines equality. */
  private record Same(Object object) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Same that && object == that.object;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(object);
    }
  }

  long numel() {
    return Strided.numel(shape);
  }

  long bytes() {
    return numel() * dtype.bytes();
  }

  /** A tensor in memory. */
  static Outgoing of(String name, Tensor tensor, DType dtype) {
    long[] shape = Arrays.stream(tensor.shape().toArray()).asLongStream().toArray();
    var layout = tensor.layout();
    Object tie =
        List.of(
            new Same(tensor.view().buffer()),
            dtype,
            Arrays.toString(shape),
            Arrays.toString(layout.strides()),
            layout.offset());
    return new Outgoing(
        name, dtype, shape, tie, sink -> Encoder.write(tensor.toArray(), dtype, name, sink));
  }

  /** A tensor of an open file, with its elements as they are where the type stays the same. */
  static Outgoing of(String name, WeightFile file, DType dtype) throws WeightFormatException {
    StoredTensor stored = file.stored(name);
    WeightEntry entry = stored.entry();
    Object tie =
        stored instanceof StoredTensor.Mapped mapped ? Map.of(dtype, mapped.tie()) : stored;
    return new Outgoing(
        name,
        dtype,
        entry.shape(),
        tie,
        sink -> {
          if (dtype == entry.dtype()) {
            RawElements.write(file.mapped(name), sink);
          } else {
            Encoder.write(file.decode(name), dtype, name, sink);
          }
        });
  }
}
