package dev.graft.weights;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes zip archives by hand: as torch.save does (stored, aligned by an extra field, sizes in a
 * descriptor behind the data), with zip64 records, and wrong in chosen ways.
 */
final class ZipBytes {
  /** One entry of the directory; a test replaces what it wants to be wrong. */
  record Item(
      String name, String localName, long size, long stored, long header, int method, int flags) {
    Item withLocalName(String wrong) {
      return new Item(name, wrong, size, stored, header, method, flags);
    }

    Item withSizes(long newSize, long newStored) {
      return new Item(name, localName, newSize, newStored, header, method, flags);
    }

    Item withHeader(long wrong) {
      return new Item(name, localName, size, stored, wrong, method, flags);
    }

    Item withMethod(int other) {
      return new Item(name, localName, size, stored, header, other, flags);
    }

    Item withFlags(int other) {
      return new Item(name, localName, size, stored, header, method, other);
    }
  }

  private static final int ALIGNMENT = 64;
  private static final int DESCRIPTOR = 8;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  final List<Item> items = new ArrayList<>();

  /** Every size and offset goes into a zip64 field. */
  private boolean wide;

  ZipBytes wide() {
    wide = true;
    return this;
  }

  ZipBytes add(String name, byte[] data) {
    return add(name, name, data);
  }

  ZipBytes add(String name, String localName, byte[] data) {
    byte[] local = localName.getBytes(StandardCharsets.UTF_8);
    int header = out.size();
    int padding = Math.floorMod(-(header + 30 + local.length + 4), ALIGNMENT);
    ByteBuffer b = buffer(30 + local.length + 4 + padding);
    b.putInt(0x04034b50).putShort((short) 0).putShort((short) DESCRIPTOR).putShort((short) 0);
    b.putInt(0).putInt(0).putInt(0).putInt(0);
    b.putShort((short) local.length).putShort((short) (4 + padding)).put(local);
    b.putShort((short) 0x4246).putShort((short) padding);
    out.writeBytes(b.array());
    out.writeBytes(data);
    out.writeBytes(
        buffer(16).putInt(0x08074b50).putInt(0).putInt(data.length).putInt(data.length).array());
    items.add(new Item(name, localName, data.length, data.length, header, 0, DESCRIPTOR));
    return this;
  }

  byte[] end() {
    return end(items.size());
  }

  /** Ends the archive with a directory that claims to have {@code count} entries. */
  byte[] end(int count) {
    int directory = out.size();
    items.forEach(this::writeItem);
    int size = out.size() - directory;
    if (wide) {
      int record = out.size();
      ByteBuffer b = buffer(56 + 20);
      b.putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45);
      b.putInt(0).putInt(0).putLong(count).putLong(count).putLong(size).putLong(directory);
      b.putInt(0x07064b50).putInt(0).putLong(record).putInt(1);
      out.writeBytes(b.array());
    }
    ByteBuffer b = buffer(22).putInt(0x06054b50).putInt(0);
    b.putShort((short) (wide ? -1 : count)).putShort((short) (wide ? -1 : count));
    b.putInt(wide ? -1 : size).putInt(wide ? -1 : directory).putShort((short) 0);
    out.writeBytes(b.array());
    return out.toByteArray();
  }

  private void writeItem(Item item) {
    byte[] name = item.name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer b = buffer(46 + name.length + (wide ? 28 : 0));
    b.putInt(0x02014b50).putShort((short) 0).putShort((short) 0);
    b.putShort((short) item.flags).putShort((short) item.method).putInt(0).putInt(0);
    b.putInt(wide ? -1 : (int) item.stored).putInt(wide ? -1 : (int) item.size);
    b.putShort((short) name.length).putShort((short) (wide ? 28 : 0)).putShort((short) 0);
    b.putShort((short) 0).putShort((short) 0).putInt(0);
    b.putInt(wide ? -1 : (int) item.header).put(name);
    if (wide) {
      b.putShort((short) 1).putShort((short) 24);
      b.putLong(item.size).putLong(item.stored).putLong(item.header);
    }
    out.writeBytes(b.array());
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
