package dev.graft.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes a zip archive of uncompressed entries as torch.save lays them: each entry's bytes begin at
 * a multiple of 64, by an extra field of zeros in front. Sizes and places beyond 32 bits go into
 * zip64 records.
 */
final class ZipWriter {
  private static final int ALIGNMENT = 64;
  private static final int LOCAL_SIZE = 30;

  /** torch's own tag for the field that aligns. */
  private static final int PADDING_TAG = 0x4246;

  private static final int WIDE_TAG = 1;
  private static final int VERSION = 20;
  private static final int WIDE_VERSION = 45;

  /** The first of January 1980, the oldest day that there is: the same weights, the same file. */
  private static final short DATE = 0x21;

  /** Names are UTF-8. */
  private static final short FLAGS = 1 << 11;

  private final ByteSink sink;
  private final long limit;
  private final List<Item> items = new ArrayList<>();

  private record Item(byte[] name, int crc, long size, long header) {}

  /** What fills an entry. */
  interface Body {
    void write(ByteSink sink) throws IOException;
  }

  /**
   * @param limit what does not fit into 32 bits: 0xffffffff; less only in tests
   */
  ZipWriter(ByteSink sink, long limit) {
    this.sink = sink;
    this.limit = limit;
  }

  /**
   * Adds an entry.
   *
   * @param size how many bytes the body writes
   */
  void add(String entryName, long size, Body body) throws IOException {
    byte[] name = entryName.getBytes(StandardCharsets.UTF_8);
    long header = sink.position();
    boolean wide = size >= limit;
    int fields = (wide ? 20 : 0) + 4;
    int padding = Math.floorMod(-(header + LOCAL_SIZE + name.length + fields), ALIGNMENT);
    ByteBuffer local = buffer(LOCAL_SIZE + name.length + fields + padding);
    local.putInt(0x04034b50).putShort((short) (wide ? WIDE_VERSION : VERSION)).putShort(FLAGS);
    local.putShort((short) 0).putShort((short) 0).putShort(DATE);
    local.putInt(0); // the checksum, once it is known
    local.putInt(narrow(size)).putInt(narrow(size));
    local.putShort((short) name.length).putShort((short) (fields + padding)).put(name);
    if (wide) {
      local.putShort((short) WIDE_TAG).putShort((short) 16).putLong(size).putLong(size);
    }
    local.putShort((short) PADDING_TAG).putShort((short) padding);
    sink.write(local.array(), local.capacity());
    sink.startSum();
    long begin = sink.position();
    body.write(sink);
    if (sink.position() - begin != size) {
      throw new IllegalStateException(
          entryName + ": " + size + " bytes were due, " + (sink.position() - begin) + " came");
    }
    items.add(new Item(name, sink.sum(), size, header));
    sink.patch(header + 14, buffer(4).putInt(sink.sum()).flip());
  }

  /** Adds an entry of bytes in memory. */
  void add(String entryName, byte[] bytes) throws IOException {
    add(entryName, bytes.length, out -> out.write(bytes, bytes.length));
  }

  /** Writes the directory. */
  void finish() throws IOException {
    long directory = sink.position();
    for (Item item : items) {
      writeItem(item);
    }
    long size = sink.position() - directory;
    boolean many = items.size() >= Math.min(0xffff, limit);
    if (many || directory >= limit || size >= limit) {
      long end = sink.position();
      ByteBuffer wide = buffer(56 + 20);
      wide.putInt(0x06064b50).putLong(44).putShort((short) WIDE_VERSION);
      wide.putShort((short) WIDE_VERSION).putInt(0).putInt(0);
      wide.putLong(items.size()).putLong(items.size()).putLong(size).putLong(directory);
      wide.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
      sink.write(wide.array(), wide.capacity());
    }
    short count = (short) (many ? 0xffff : items.size());
    ByteBuffer end = buffer(22).putInt(0x06054b50).putInt(0).putShort(count).putShort(count);
    end.putInt(narrow(size)).putInt(narrow(directory)).putShort((short) 0);
    sink.write(end.array(), end.capacity());
  }

  private void writeItem(Item item) throws IOException {
    boolean wideSize = item.size >= limit;
    boolean wideHeader = item.header >= limit;
    int fields = (wideSize ? 16 : 0) + (wideHeader ? 8 : 0);
    int extra = fields == 0 ? 0 : 4 + fields;
    short version = (short) (extra > 0 ? WIDE_VERSION : VERSION);
    ByteBuffer b = buffer(46 + item.name.length + extra);
    b.putInt(0x02014b50).putShort(version).putShort(version).putShort(FLAGS);
    b.putShort((short) 0).putShort((short) 0).putShort(DATE).putInt(item.crc);
    b.putInt(narrow(item.size)).putInt(narrow(item.size));
    b.putShort((short) item.name.length).putShort((short) extra).putShort((short) 0);
    b.putShort((short) 0).putShort((short) 0).putInt(0).putInt(narrow(item.header));
    b.put(item.name);
    if (extra > 0) {
      b.putShort((short) WIDE_TAG).putShort((short) fields);
      if (wideSize) {
        b.putLong(item.size).putLong(item.size);
      }
      if (wideHeader) {
        b.putLong(item.header);
      }
    }
    sink.write(b.array(), b.capacity());
  }

  private int narrow(long value) {
    return value >= limit ? -1 : (int) value;
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
