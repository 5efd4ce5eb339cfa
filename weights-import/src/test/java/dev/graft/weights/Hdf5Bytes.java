package dev.graft.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;

/**
 * Writes HDF5 by hand as h5py writes it unless told otherwise: superblock 0, groups by symbol
 * tables, attributes as fixed texts, datasets in one piece.
 */
final class Hdf5Bytes {
  /** A dataset's type and values. */
  record Data(byte[] type, long[] shape, byte[] values) {}

  /** A vector in chunks of equal length, shuffled and deflated. */
  record Chunked(long length, float[]... chunks) {}

  /** Four values in chunks of two, and room for one more value in the last chunk. */
  static Chunked chunked() {
    return new Chunked(3, new float[] {1, 2}, new float[] {3, 0});
  }

  /**
   * A group: its attributes and its members, in the order in which they were added, where h5py
   * sorts them by name.
   */
  static final class Group {
    final Map<String, List<String>> attributes = new LinkedHashMap<>();
    final Map<String, Object> members = new LinkedHashMap<>();

    Group attribute(String name, String... values) {
      attributes.put(name, List.of(values));
      return this;
    }

    Group add(String name, Object member) {
      members.put(name, member);
      return this;
    }
  }

  private final ByteBuffer out = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

  private Hdf5Bytes() {}

  static byte[] file(Group root) {
    Hdf5Bytes file = new Hdf5Bytes();
    ByteBuffer out = file.out;
    out.put(new byte[] {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'});
    out.put(new byte[] {0, 0, 0, 0, 0, 8, 8, 0}).putShort((short) 4).putShort((short) 16).putInt(0);
    out.putLong(0).putLong(-1).putLong(0).putLong(-1);
    out.position(96);
    long header = file.write(root);
    out.putLong(40, out.position());
    out.putLong(56, 0).putLong(64, header);
    byte[] bytes = new byte[out.position()];
    out.get(0, bytes);
    return bytes;
  }

  /** Little-endian float32 under the float's usual description. */
  static byte[] float32() {
    return floating(4, 0, 23, 8, 127);
  }

  static byte[] floating(int size, int bigEndian, int mantissa, int exponent, int bias) {
    ByteBuffer b = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
    b.put((byte) 0x11).put((byte) (0x20 | bigEndian)).put((byte) (8 * size - 1)).put((byte) 0);
    b.putInt(size).putShort((short) 0).putShort((short) (8 * size));
    b.put((byte) mantissa).put((byte) exponent).put((byte) 0).put((byte) mantissa).putInt(bias);
    return b.array();
  }

  static byte[] integer(int size, boolean signed) {
    ByteBuffer b = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    b.put((byte) 0x10).put((byte) (signed ? 8 : 0)).putShort((short) 0);
    return b.putInt(size).putShort((short) 0).putShort((short) (8 * size)).array();
  }

  static byte[] text(int size) {
    return ByteBuffer.allocate(8)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) 0x13)
        .put((byte) 1)
        .putShort((short) 0)
        .putInt(size)
        .array();
  }

  private long write(Object member) {
    return switch (member) {
      case Group group -> writeGroup(group);
      case Chunked chunked -> writeChunked(chunked);
      default -> writeData((Data) member);
    };
  }

  private long writeGroup(Group group) {
    Map<String, Long> headers = new LinkedHashMap<>();
    group.members.forEach((name, member) -> headers.put(name, write(member)));
    align();
    long heap = out.position();
    List<Integer> names = new ArrayList<>();
    StringBuilder texts = new StringBuilder("\0\0\0\0\0\0\0\0");
    for (String name : headers.keySet()) {
      names.add(texts.length());
      texts.append(name).append("\0".repeat(8 - name.length() % 8));
    }
    out.put("HEAP".getBytes(StandardCharsets.US_ASCII)).putInt(0);
    out.putLong(texts.length()).putLong(-1).putLong(heap + 32);
    out.put(texts.toString().getBytes(StandardCharsets.UTF_8));
    long node = out.position();
    out.put("SNOD".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0);
    out.putShort((short) headers.size());
    int i = 0;
    for (long header : headers.values()) {
      out.putLong(names.get(i++)).putLong(header).putLong(0).putLong(0).putLong(0);
    }
    long tree = out.position();
    out.put("TREE".getBytes(StandardCharsets.US_ASCII)).putShort((short) 0).putShort((short) 1);
    out.putLong(-1).putLong(-1).putLong(0).putLong(node);
    out.putLong(names.isEmpty() ? 0 : names.getLast());
    List<byte[]> messages = new ArrayList<>();
    messages.add(message(0x11, buffer(16).putLong(tree).putLong(heap).array()));
    group.attributes.forEach((name, values) -> messages.add(attribute(name, values)));
    return header(messages);
  }

  private long writeData(Data data) {
    align();
    long at = out.position();
    out.put(data.values);
    List<byte[]> messages = new ArrayList<>();
    messages.add(message(0x01, space(data.shape)));
    messages.add(message(0x03, data.type));
    messages.add(
        message(
            0x08,
            buffer(18)
                .put((byte) 3)
                .put((byte) 1)
                .putLong(at)
                .putLong(data.values.length)
                .array()));
    return header(messages);
  }

  private long writeChunked(Chunked data) {
    int perChunk = data.chunks[0].length;
    List<Integer> places = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    for (float[] chunk : data.chunks) {
      byte[] bytes = WeightBytes.floats(chunk);
      byte[] shuffled = new byte[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        shuffled[i % 4 * perChunk + i / 4] = bytes[i];
      }
      byte[] deflated = new byte[100];
      try (Deflater deflater = new Deflater()) {
        deflater.setInput(shuffled);
        deflater.finish();
        sizes.add(deflater.deflate(deflated));
      }
      places.add(out.position());
      out.put(deflated, 0, sizes.getLast());
    }
    align();
    long tree = out.position();
    out.put("TREE".getBytes(StandardCharsets.US_ASCII)).put((byte) 1).put((byte) 0);
    out.putShort((short) places.size()).putLong(-1).putLong(-1);
    for (int i = 0; i < places.size(); i++) {
      out.putInt(sizes.get(i)).putInt(0).putLong((long) i * perChunk).putLong(0);
      out.putLong(places.get(i));
    }
    ByteBuffer layout = buffer(19).put((byte) 3).put((byte) 2).put((byte) 2).putLong(tree);
    layout.putInt(perChunk).putInt(4);
    ByteBuffer filters = buffer(32).put((byte) 1).put((byte) 2).putShort((short) 0).putInt(0);
    filters.putShort((short) 2).putShort((short) 0).putShort((short) 0).putShort((short) 0);
    filters.putShort((short) 1).putShort((short) 0).putShort((short) 0).putShort((short) 1);
    filters.putInt(6);
    List<byte[]> messages = new ArrayList<>();
    messages.add(message(0x01, space(data.length)));
    messages.add(message(0x03, float32()));
    messages.add(message(0x08, layout.array()));
    messages.add(message(0x0b, filters.array()));
    return header(messages);
  }

  private static byte[] space(long... shape) {
    ByteBuffer b =
        buffer(8 + 8 * shape.length).put((byte) 1).put((byte) shape.length).putShort((short) 0);
    b.putInt(0);
    for (long n : shape) {
      b.putLong(n);
    }
    return b.array();
  }

  private static byte[] attribute(String name, List<String> values) {
    int size = values.stream().mapToInt(String::length).max().orElse(1);
    byte[] type = text(size);
    byte[] space = values.size() == 1 && !name.endsWith("_names") ? space() : space(values.size());
    int nameSize = name.length() + 1;
    ByteBuffer b =
        buffer(8 + up(nameSize) + up(type.length) + up(space.length) + size * values.size());
    b.put((byte) 1).put((byte) 0).putShort((short) nameSize).putShort((short) type.length);
    b.putShort((short) space.length).put(name.getBytes(StandardCharsets.UTF_8));
    b.position(8 + up(nameSize)).put(type);
    b.position(8 + up(nameSize) + up(type.length)).put(space);
    int data = 8 + up(nameSize) + up(type.length) + up(space.length);
    for (int i = 0; i < values.size(); i++) {
      b.position(data + i * size).put(values.get(i).getBytes(StandardCharsets.UTF_8));
    }
    return message(0x0c, b.array());
  }

  private static byte[] message(int type, byte[] body) {
    ByteBuffer b = buffer(8 + up(body.length));
    return b.putShort((short) type).putShort((short) up(body.length)).putInt(0).put(body).array();
  }

  private long header(List<byte[]> messages) {
    align();
    long at = out.position();
    int size = messages.stream().mapToInt(m -> m.length).sum();
    out.put((byte) 1).put((byte) 0).putShort((short) messages.size()).putInt(1).putInt(size);
    out.putInt(0);
    messages.forEach(out::put);
    return at;
  }

  private void align() {
    out.position(up(out.position()));
  }

  private static int up(int n) {
    return Math.ceilDiv(n, 8) * 8;
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** w and b at the top, without Keras's lists. */
  static byte[] small() {
    return file(
        new Group()
            .attribute("keras_version", "2.4.0")
            .add("w", new Data(float32(), new long[] {2, 3}, WeightBytes.floats(1, 2, 3, 4, 5, 6)))
            .add("b", new Data(float32(), new long[] {2}, WeightBytes.floats(7, 8))));
  }
}
