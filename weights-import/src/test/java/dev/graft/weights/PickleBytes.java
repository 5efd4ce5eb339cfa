package dev.graft.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes pickles by hand, right ones and wrong ones. */
final class PickleBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Begins a pickle of protocol 2. */
  static PickleBytes begin() {
    return new PickleBytes().op(0x80, 2);
  }

  PickleBytes op(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  PickleBytes raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  PickleBytes text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return op('X').i32(bytes.length).raw(bytes);
  }

  PickleBytes number(long value) {
    if (value == (int) value) {
      return op('J').i32((int) value);
    }
    return op(0x8a, 8).i64(value);
  }

  PickleBytes i32(int value) {
    return raw(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  PickleBytes i64(long value) {
    return raw(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }

  PickleBytes global(String module, String name) {
    return op('c').raw((module + "\n" + name + "\n").getBytes(StandardCharsets.UTF_8));
  }

  PickleBytes numbers(long... values) {
    op('(');
    for (long value : values) {
      number(value);
    }
    return op('t');
  }

  /** {@code ('storage', torch.TYPE, KEY, 'cpu', NUMEL)} as a persistent id. */
  PickleBytes storage(String type, String key, long numel) {
    op('(').text("storage").global("torch", type).text(key).text("cpu").number(numel);
    return op('t', 'Q');
  }

  /** The same for the format before 1.6, which has a sixth member. */
  PickleBytes legacyStorage(String type, String key, long numel) {
    op('(').text("storage").global("torch", type).text(key).text("cpu").number(numel);
    return op('N', 't', 'Q');
  }

  /** {@code _rebuild_tensor_v2} around what {@code storage} writes. */
  PickleBytes tensor(PickleBytes storage, long offset, long[] size, long[] stride) {
    global("torch._utils", "_rebuild_tensor_v2").op('(').raw(storage.bytes()).number(offset);
    numbers(size).numbers(stride).op(0x89);
    return global("collections", "OrderedDict").op(')', 'R', 't', 'R');
  }

  /** A whole row-major tensor with a storage of its own. */
  PickleBytes tensor(String type, String key, long... size) {
    return tensor(
        new PickleBytes().storage(type, key, Strided.numel(size)), 0, size, Strided.rowMajor(size));
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  /** Ends the pickle. */
  byte[] end() {
    return op('.').bytes();
  }
}
