package dev.graft.train;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The few of TensorFlow's Event messages that scalars need, in protocol buffers' encoding: each
 * field is {@code number << 3 | wire type}, then its value. The numbers are those of TensorFlow's
 * event.proto and summary.proto.
 */
final class TfEvents {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int BYTES = 2;
  private static final int FIXED32 = 5;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private TfEvents() {}

  /** The first event of a file. */
  static byte[] version(double wallTime, String version) {
    return event(wallTime, 0).bytes(3, version.getBytes(StandardCharsets.UTF_8)).done();
  }

  /** A session starts: what was logged at {@code step} or after it no longer counts. */
  static byte[] sessionStart(double wallTime, long step) {
    return event(wallTime, step).bytes(7, new TfEvents().varint(1, 1).done()).done();
  }

  /** Scalars {@code group/name}. */
  static byte[] scalars(double wallTime, long step, String group, Map<String, Double> values) {
    TfEvents summary = new TfEvents();
    values.forEach((name, value) -> {
      byte[] tag = (group + "/" + name).getBytes(StandardCharsets.UTF_8);
      summary.bytes(1, new TfEvents().bytes(1, tag).fixed32(2, value.floatValue()).done());
    });
    return event(wallTime, step).bytes(5, summary.done()).done();
  }

  private static TfEvents event(double wallTime, long step) {
    return new TfEvents().fixed64(1, wallTime).varint(2, step);
  }

  private TfEvents varint(int field, long value) {
    raw((long) field << 3 | VARINT);
    raw(value);
    return this;
  }

  private TfEvents fixed64(int field, double value) {
    raw((long) field << 3 | FIXED64);
    out.writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(value).array());
    return this;
  }

  private TfEvents fixed32(int field, float value) {
    raw((long) field << 3 | FIXED32);
    out.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
    return this;
  }

  private TfEvents bytes(int field, byte[] value) {
    raw((long) field << 3 | BYTES);
    raw(value.length);
    out.writeBytes(value);
    return this;
  }

  /** Seven bits a byte, the lowest first; the top bit says that more follow. */
  private void raw(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) (rest & 0x7f | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private byte[] done() {
    return out.toByteArray();
  }
}
