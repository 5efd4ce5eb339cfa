package dev.graft.weights;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * An HDF5 file's frame (HDF5 File Format Specification, version 3.0): the superblock, the widths of
 * addresses and lengths, the heaps in which texts lie. Objects, links and values are read by the
 * other Hdf5 classes, all of them in place.
 *
 * <p>In HDF5 everything points to everything, so a few bytes could describe endless work. Nothing
 * recurses without a limit, and whatever is looked at is charged: more than a small multiple of the
 * file's own size is refused.
 */
final class Hdf5File {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
  private static final byte[] HEAP = {'H', 'E', 'A', 'P'};
  private static final byte[] GLOBAL_HEAP = {'G', 'C', 'O', 'L'};

  /** Where other data (MATLAB's, for one) come first, the superblock lies at 512, 1024, 2048, … */
  private static final int FIRST_USER_BLOCK = 512;

  private static final int LAST_USER_BLOCK = 1 << 16;

  private static final int CHARGE_PER_BYTE = 16;
  private static final int FREE = 1 << 20;

  final FileBytes file;
  private final int offsetSize;
  private final int lengthSize;
  private final long base;
  private final long root;
  private final Map<Long, Map<Long, long[]>> globalHeaps = new HashMap<>();
  private long charged;

  static boolean matches(FileBytes file) {
    return superblock(file) >= 0;
  }

  private static long superblock(FileBytes file) {
    if (file.has(0, SIGNATURE)) {
      return 0;
    }
    for (long at = FIRST_USER_BLOCK; at <= LAST_USER_BLOCK; at *= 2) {
      if (file.has(at, SIGNATURE)) {
        return at;
      }
    }
    return -1;
  }

  Hdf5File(FileBytes file) throws WeightFormatException {
    this.file = file;
    long at = superblock(file);
    int version = file.u8(at + 8);
    if (version > 3) {
      throw fail("has an HDF5 superblock of version " + version + ", where 0 to 3 can be read");
    }
    boolean old = version < 2;
    long end;
    offsetSize = size(file.u8(at + (old ? 13 : 9)));
    lengthSize = size(file.u8(at + (old ? 14 : 10)));
    if (old) {
      long fields = at + (version == 0 ? 24 : 28);
      base = offset(fields);
      end = offset(fields + 2L * offsetSize);
      root = offset(fields + 5L * offsetSize);
    } else {
      base = offset(at + 12);
      end = offset(at + 12 + 2L * offsetSize);
      root = offset(at + 12 + 3L * offsetSize);
    }
    if (end < 0 || end > file.size()) {
      throw fail(
          "has %,d bytes, where it says that they are %s; it is cut short, fetch it again"
              .formatted(file.size(), Long.toUnsignedString(end)));
    }
    if (base != at) {
      throw fail("counts its addresses from byte %,d, which is not its beginning".formatted(base));
    }
  }

  private int size(int bytes) throws WeightFormatException {
    if (bytes != 4 && bytes != 8) {
      throw fail("has HDF5 addresses of " + bytes + " bytes, where 4 and 8 can be read");
    }
    return bytes;
  }

  /** The address of the root group's header. */
  long root() throws WeightFormatException {
    return address(root);
  }

  int offsetSize() {
    return offsetSize;
  }

  int lengthSize() {
    return lengthSize;
  }

  /** An address as it is stored at {@code at}; not yet a place in the file. */
  long offset(long at) throws WeightFormatException {
    return file.unsigned(at, offsetSize);
  }

  /** A length. */
  long length(long at) throws WeightFormatException {
    return file.unsigned(at, lengthSize);
  }

  /** Whether an address is HDF5's word for none. */
  boolean isUndefined(long offset) {
    return offsetSize == 8 ? offset == -1 : offset == 0xffff_ffffL;
  }

  /** The place in the file of an address. */
  long address(long offset) throws WeightFormatException {
    if (offset < 0 || offset >= file.size() - base) {
      throw fail("points to byte %,d, past its end; it is cut short or damaged".formatted(offset));
    }
    return base + offset;
  }

  /** Accounts for looking at {@code bytes} of the file. */
  void charge(long bytes) throws WeightFormatException {
    charged += bytes;
    if (charged > FREE + CHARGE_PER_BYTE * file.size()) {
      throw fail("its parts point to each other so often that no end is in sight; refused");
    }
  }

  void require(long at, byte[] signature, String what) throws WeightFormatException {
    if (!file.has(at, signature)) {
      throw fail(
          "has no %s at byte %,d, where one should be; it looks damaged".formatted(what, at));
    }
  }

  /** Text that ends with a zero byte, or at {@code end}. */
  String text(long at, long end) throws WeightFormatException {
    long stop = at;
    while (stop < end && file.u8(stop) != 0) {
      stop++;
    }
    charge(stop - at + 40);
    if (stop - at > Integer.MAX_VALUE - 8) {
      throw fail("holds a text of %,d bytes; refused".formatted(stop - at));
    }
    return new String(file.copy(at, (int) (stop - at)), StandardCharsets.UTF_8);
  }

  /** Where a local heap's texts begin and end. */
  long[] localHeap(long at) throws WeightFormatException {
    require(at, HEAP, "local heap");
    long size = length(at + 8);
    long data = address(offset(at + 8 + 2L * lengthSize));
    if (size < 0 || size > file.size() - data) {
      throw fail("a heap of its names does not fit into it; it looks damaged");
    }
    return new long[] {data, data + size};
  }

  /** Where the text of a variable-length element begins and ends: its length, heap and index. */
  long[] globalHeapObject(long at) throws WeightFormatException {
    long length = file.u32(at);
    long heap = offset(at + 4);
    if (length == 0 || heap == 0 || isUndefined(heap)) {
      return new long[] {0, 0};
    }
    long index = file.u32(at + 4 + offsetSize);
    long[] object = globalHeap(address(heap)).get(index);
    if (object == null || length > object[1] - object[0]) {
      throw fail("points to a text that is not in its heap; it looks damaged");
    }
    return new long[] {object[0], object[0] + length};
  }

  private Map<Long, long[]> globalHeap(long at) throws WeightFormatException {
    Map<Long, long[]> known = globalHeaps.get(at);
    if (known != null) {
      return known;
    }
    require(at, GLOBAL_HEAP, "global heap");
    long size = length(at + 8);
    if (size < 0 || size > file.size() - at) {
      throw fail("a heap of its texts does not fit into it; it looks damaged");
    }
    Map<Long, long[]> objects = new HashMap<>();
    long head = 8L + lengthSize;
    long next = at + head;
    while (next + head <= at + size) {
      long index = file.u16(next);
      long bytes = length(next + 8);
      if (index == 0) {
        break; // the rest is free
      }
      if (bytes < 0 || bytes > at + size - next - head) {
        throw fail("a heap of its texts is damaged");
      }
      charge(64);
      objects.put(index, new long[] {next + head, next + head + bytes});
      next += head + Math.ceilDiv(bytes, 8) * 8;
    }
    globalHeaps.put(at, objects);
    return objects;
  }

  WeightFormatException fail(String problem) {
    return file.fail(problem);
  }
}
