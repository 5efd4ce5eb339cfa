package dev.graft.weights;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes tar archives by hand, and torch.save's of 2016. */
final class TarBytes {
  private static final int BLOCK = 512;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  TarBytes add(String name, byte[] data) {
    return add(name, '0', "%011o".formatted(data.length), data);
  }

  TarBytes add(String name, char type, String size, byte[] data) {
    byte[] header = new byte[BLOCK];
    put(header, 0, name);
    put(header, 100, "0000644");
    put(header, 124, size);
    put(header, 148, "        ");
    header[156] = (byte) type;
    put(header, 257, "ustar\00000");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, "%06o\0".formatted(sum));
    out.writeBytes(header);
    out.writeBytes(data);
    out.writeBytes(new byte[Math.floorMod(-data.length, BLOCK)]);
    return this;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  /** Ends the archive with one empty block, so that it is whole up to its last byte. */
  byte[] end() {
    out.writeBytes(new byte[BLOCK]);
    return out.toByteArray();
  }

  /** One storage: (key, "cpu", class), then its number of elements and the elements. */
  static byte[] storage(long key, String type, long numel, byte[] data) {
    PickleBytes head = PickleBytes.begin().op('(').number(key).text("cpu").global("torch", type);
    return new PickleBytes().raw(head.op('t').end()).i64(numel).raw(data).bytes();
  }

  /** One tensor: (key, storage's key, class), then rank, sizes, strides and offset. */
  static byte[] tensor(long key, long storage, long[] size, long[] stride, long offset) {
    PickleBytes head = PickleBytes.begin().op('(').number(key).number(storage);
    PickleBytes bytes =
        new PickleBytes().raw(head.global("torch", "FloatTensor").op('t').end()).i64(size.length);
    for (long n : size) {
      bytes.i64(n);
    }
    for (long n : stride) {
      bytes.i64(n);
    }
    return bytes.i64(offset).bytes();
  }

  static byte[] count(long n) {
    return PickleBytes.begin().number(n).end();
  }

  static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  /** A state dict {@code {"w": [2, 3], "b": [2]}}; b is a view of a part of a storage. */
  static byte[] small() {
    byte[] views =
        PickleBytes.begin()
            .op(']')
            .op('(')
            .number(13)
            .number(12)
            .number(1)
            .number(2)
            .op('t', 'a')
            .end();
    byte[] storages =
        join(
            count(2),
            storage(11, "FloatStorage", 6, WeightBytes.floats(1, 2, 3, 4, 5, 6)),
            storage(12, "FloatStorage", 3, WeightBytes.floats(0, 7, 8)),
            views);
    byte[] tensors =
        join(
            count(2),
            tensor(21, 11, new long[] {2, 3}, new long[] {3, 1}, 0),
            tensor(22, 13, new long[] {2}, new long[] {1}, 0));
    PickleBytes object = PickleBytes.begin().op('}', '(').text("w").text("21").op('Q');
    byte[] pickle = object.text("b").text("22").op('Q', 'u').end();
    return new TarBytes()
        .add("sys_info", PickleBytes.begin().op('}').end())
        .add("pickle", pickle)
        .add("tensors", tensors)
        .add("storages", storages)
        .end();
  }
}
