package dev.graft.weights.onnx;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A message in protobuf's wire format: numbered fields, each a varint, four bytes, or a length and
 * that many bytes. Sizes are known before anything is written, so tensors go straight to the file.
 */
final class ProtoMessage {
  private static final int VARINT = 0;
  private static final int BYTES = 2;
  private static final int FOUR_BYTES = 5;
  private static final int CHUNK = 1 << 16;

  /** What can stand in a field after its tag. */
  private interface Part {
    long size();

    void write(OutputStream out) throws IOException;
  }

  private final List<Part> parts = new ArrayList<>();
  private long size;

  private ProtoMessage add(Part part) {
    parts.add(part);
    size += part.size();
    return this;
  }

  long size() {
    return size;
  }

  ProtoMessage integer(int field, long value) {
    return tag(field, VARINT).varint(value);
  }

  ProtoMessage float32(int field, float value) {
    byte[] bytes = new byte[Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(value);
    return tag(field, FOUR_BYTES).add(bytes(bytes));
  }

  ProtoMessage text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  ProtoMessage bytes(int field, byte[] value) {
    return tag(field, BYTES).varint(value.length).add(bytes(value));
  }

  ProtoMessage message(int field, ProtoMessage value) {
    long length = value.size; // a message is complete when it is put into another
    return tag(field, BYTES)
        .varint(length)
        .add(
            new Part() {
              @Override
              public long size() {
                return length;
              }

              @Override
              public void write(OutputStream out) throws IOException {
                value.writeTo(out);
              }
            });
  }

  /** Little-endian float32 values; the array is read when the message is written. */
  ProtoMessage floats(int field, float[] values) {
    long length = (long) values.length * Float.BYTES;
    return tag(field, BYTES)
        .varint(length)
        .add(
            new Part() {
              @Override
              public long size() {
                return length;
              }

              @Override
              public void write(OutputStream out) throws IOException {
                writeFloats(values, out);
              }
            });
  }

  private static void writeFloats(float[] values, OutputStream out) throws IOException {
    byte[] chunk = new byte[CHUNK * Float.BYTES];
    ByteBuffer buffer = ByteBuffer.wrap(chunk).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < values.length; at += CHUNK) {
      int n = Math.min(CHUNK, values.length - at);
      buffer.asFloatBuffer().put(values, at, n);
      out.write(chunk, 0, n * Float.BYTES);
    }
  }

  private ProtoMessage tag(int field, int wireType) {
    return varint((long) field << 3 | wireType);
  }

  private ProtoMessage varint(long value) {
    byte[] encoded = new byte[10];
    int n = 0;
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      encoded[n++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    encoded[n++] = (byte) rest;
    return add(bytes(Arrays.copyOf(encoded, n)));
  }

  private static Part bytes(byte[] value) {
    return new Part() {
      @Override
      public long size() {
        return value.length;
      }

      @Override
      public void write(OutputStream out) throws IOException {
        out.write(value);
      }
    };
  }

  void writeTo(OutputStream out) throws IOException {
    for (Part part : parts) {
      part.write(out);
    }
  }
}
