package dev.graft.weights;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** An object's header: the list of messages that say what it is, a group or a dataset. */
final class Hdf5Object {
  static final int DATASPACE = 0x01;
  static final int LINK_INFO = 0x02;
  static final int DATATYPE = 0x03;
  static final int LINK = 0x06;
  static final int LAYOUT = 0x08;
  static final int FILTERS = 0x0b;
  static final int ATTRIBUTE = 0x0c;
  static final int CONTINUATION = 0x10;
  static final int SYMBOL_TABLE = 0x11;
  static final int ATTRIBUTE_INFO = 0x15;

  private static final byte[] HEADER = {'O', 'H', 'D', 'R'};
  private static final byte[] CHUNK = {'O', 'C', 'H', 'K'};

  private static final int SHARED = 2;
  private static final int CHECKSUM = 4;

  final Hdf5File hdf;
  private final List<Message> messages = new ArrayList<>();
  private final Deque<Extent> blocks = new ArrayDeque<>();

  /**
   * A message.
   *
   * @param shared whether it lies elsewhere, and only its address is here
   */
  record Message(int type, boolean shared, long begin, long size) {}

  private record Extent(long begin, long size) {}

  /** Reads the header at a place in the file. */
  Hdf5Object(Hdf5File hdf, long at) throws WeightFormatException {
    this.hdf = hdf;
    if (hdf.file.has(at, HEADER)) {
      readVersion2(at);
    } else {
      readVersion1(at);
    }
  }

  /** The first message of that type, or null. */
  Message find(int type) {
    for (Message message : messages) {
      if (message.type == type) {
        return message;
      }
    }
    return null;
  }

  /** All messages of that type. */
  List<Message> all(int type) {
    return messages.stream().filter(message -> message.type == type).toList();
  }

  private void readVersion1(long at) throws WeightFormatException {
    if (hdf.file.u8(at) != 1) {
      throw hdf.fail(
          "has no object at byte %,d, where one should be; it looks damaged".formatted(at));
    }
    int left = hdf.file.u16(at + 2);
    blocks.add(new Extent(at + 16, hdf.file.u32(at + 8)));
    while (!blocks.isEmpty() && left > 0) {
      Extent block = blocks.remove();
      long next = block.begin;
      long end = next + block.size;
      requireInside(block);
      while (left > 0 && next + 8 <= end) {
        long size = hdf.file.u16(next + 2);
        int flags = hdf.file.u8(next + 4);
        add(hdf.file.u16(next), flags, next + 8, size, end);
        next += 8 + size;
        left--;
      }
    }
  }

  private void readVersion2(long at) throws WeightFormatException {
    int version = hdf.file.u8(at + 4);
    if (version != 2) {
      throw hdf.fail("has an object header of version " + version + ", where 1 and 2 can be read");
    }
    int flags = hdf.file.u8(at + 5);
    long next = at + 6;
    next += (flags & 0x20) != 0 ? 16 : 0; // times
    next += (flags & 0x10) != 0 ? 4 : 0; // when attributes move out
    int sizeBytes = 1 << (flags & 3);
    long size = hdf.file.unsigned(next, sizeBytes);
    boolean ordered = (flags & 4) != 0;
    readBlock2(new Extent(next + sizeBytes, size), ordered);
    while (!blocks.isEmpty()) {
      Extent block = blocks.remove();
      requireInside(block);
      hdf.require(block.begin, CHUNK, "header chunk");
      readBlock2(
          new Extent(block.begin + CHUNK.length, block.size - CHUNK.length - CHECKSUM), ordered);
    }
  }

  private void readBlock2(Extent block, boolean ordered) throws WeightFormatException {
    requireInside(block);
    int head = ordered ? 6 : 4;
    long next = block.begin;
    long end = next + block.size;
    while (next + head <= end) {
      long size = hdf.file.u16(next + 1);
      add(hdf.file.u8(next), hdf.file.u8(next + 3), next + head, size, end);
      next += head + size;
    }
  }

  private void requireInside(Extent block) throws WeightFormatException {
    if (block.size < 0
        || block.begin > hdf.file.size()
        || block.size > hdf.file.size() - block.begin) {
      throw hdf.fail("has a header that does not fit into it; it is cut short or damaged");
    }
  }

  private void add(int type, int flags, long begin, long size, long end)
      throws WeightFormatException {
    if (size > end - begin) {
      throw hdf.fail("has a header message that does not fit into its header; it looks damaged");
    }
    hdf.charge(48);
    if (type == CONTINUATION) {
      if (size < hdf.offsetSize() + hdf.lengthSize()) {
        throw hdf.fail("has a header that goes on nowhere; it looks damaged");
      }
      long address = hdf.address(hdf.offset(begin));
      blocks.add(new Extent(address, hdf.length(begin + hdf.offsetSize())));
    } else {
      messages.add(new Message(type, (flags & SHARED) != 0, begin, size));
    }
  }
}
