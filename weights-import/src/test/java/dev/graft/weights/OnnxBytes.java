package dev.graft.weights;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes protobuf messages, and ONNX models made of them, by hand. */
final class OnnxBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  OnnxBytes number(int field, long value) {
    varint((long) field << 3);
    return varint(value);
  }

  OnnxBytes bytes(int field, byte[] value) {
    varint((long) field << 3 | 2);
    varint(value.length);
    out.writeBytes(value);
    return this;
  }

  OnnxBytes text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  OnnxBytes message(int field, OnnxBytes value) {
    return bytes(field, value.end());
  }

  /** A float or a double that stands alone. */
  OnnxBytes fixed(int field, byte[] littleEndian) {
    varint((long) field << 3 | (littleEndian.length == 4 ? 5 : 1));
    out.writeBytes(littleEndian);
    return this;
  }

  OnnxBytes varint(long value) {
    long left = value;
    while ((left & ~0x7fL) != 0) {
      out.write((int) (left & 0x7f | 0x80));
      left >>>= 7;
    }
    out.write((int) left);
    return this;
  }

  byte[] end() {
    return out.toByteArray();
  }

  /** A TensorProto without its values. */
  static OnnxBytes tensor(String name, int type, long... dims) {
    OnnxBytes tensor = new OnnxBytes();
    for (long dim : dims) {
      tensor.number(1, dim);
    }
    return tensor.number(2, type).text(8, name);
  }

  /** An entry of external_data. */
  OnnxBytes external(String key, String value) {
    return message(13, new OnnxBytes().text(1, key).text(2, value));
  }

  /** A model with those initialisers. */
  static byte[] model(OnnxBytes... tensors) {
    OnnxBytes graph = new OnnxBytes().text(2, "net");
    for (OnnxBytes tensor : tensors) {
      graph.message(5, tensor);
    }
    return new OnnxBytes()
        .number(1, 8)
        .text(2, "pytorch")
        .message(7, graph)
        .message(8, new OnnxBytes().number(2, 17))
        .end();
  }

  /** w as raw_data, b as packed float_data. */
  static byte[] small() {
    return model(
        tensor("w", 1, 2, 3).bytes(9, WeightBytes.floats(1, 2, 3, 4, 5, 6)),
        tensor("b", 1, 2).bytes(4, WeightBytes.floats(7, 8)));
  }
}
