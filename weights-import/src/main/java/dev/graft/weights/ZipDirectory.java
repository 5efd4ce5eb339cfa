package dev.graft.weights;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The entries of a zip archive, by its central directory (PKWARE's APPNOTE.TXT, sections 4.3 and
 * 4.5), zip64 included. The entries' bytes stay where they are.
 *
 * <p>Two readers of one archive must not come to see different contents, so everything that could
 * make them is refused: entries that overlap or share a name, local headers with another name than
 * the directory's, sizes that disagree, entries in the directory's own place.
 */
final class ZipDirectory {
  private static final int LOCAL = 0x04034b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END64 = 0x06064b50;
  private static final int LOCATOR64 = 0x07064b50;

  private static final int LOCAL_SIZE = 30;
  private static final int CENTRAL_SIZE = 46;
  private static final int END_SIZE = 22;
  private static final int END64_SIZE = 56;
  private static final int LOCATOR64_SIZE = 20;
  private static final int EXTRA64 = 1;

  private static final long SATURATED = 0xffff_ffffL;
  private static final int ENCRYPTED = 1 | 1 << 6 | 1 << 13;

  private final FileBytes file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /**
   * An entry.
   *
   * @param header where its local header begins
   * @param data where its bytes begin
   * @param stored how many there are
   * @param size how many they are once decompressed
   * @param method how they are compressed, 0 being not at all
   * @param encrypted whether they are encrypted
   * @param crc the checksum of the decompressed bytes
   */
  record Entry(
      String name,
      long header,
      long data,
      long stored,
      long size,
      int method,
      boolean encrypted,
      int crc) {}

  private record Extent(long offset, long size, long count) {}

  /**
   * Reads a directory.
   *
   * @throws WeightFormatException if there is none, or it contradicts the archive
   */
  ZipDirectory(FileBytes file) throws WeightFormatException {
    this.file = file;
    Extent directory = locate();
    long at = directory.offset;
    long end = at + directory.size;
    while (at < end) {
      at = readEntry(at, end, directory.offset);
    }
    if (at != end || entries.size() != directory.count) {
      throw file.fail(
          "its zip directory announces %,d entries and holds %,d; it looks damaged"
              .formatted(directory.count, entries.size()));
    }
    checkOverlaps();
  }

  Collection<Entry> entries() {
    return entries.values();
  }

  /** The entry of that name, or null. */
  Entry get(String name) {
    return entries.get(name);
  }

  /** The name of the archive's first entry, or no text where the file is no zip archive. */
  static String firstName(FileBytes file) {
    if (!file.has(0, (byte) 'P', (byte) 'K', (byte) 3, (byte) 4) || file.size() < LOCAL_SIZE) {
      return "";
    }
    try {
      int length = (int) Math.min(file.u16(26), file.size() - LOCAL_SIZE);
      return new String(file.copy(LOCAL_SIZE, length), StandardCharsets.UTF_8);
    } catch (WeightFormatException e) {
      throw new IllegalStateException(e); // the size was just looked at
    }
  }

  /** Fails unless the entry's bytes lie as they are, or compressed by deflate into an array. */
  Entry requireReadable(Entry entry) throws WeightFormatException {
    if (entry.method != Inflated.DEFLATED || entry.encrypted) {
      return requireStored(entry);
    }
    if (entry.size > Integer.MAX_VALUE - 8) {
      throw file.fail("its entry \"" + entry.name + "\" is too large compressed; save it without");
    }
    return entry;
  }

  /** Fails unless the entry's bytes can be read as they lie. */
  Entry requireStored(Entry entry) throws WeightFormatException {
    if (entry.encrypted) {
      throw file.fail("its entry \"" + entry.name + "\" is encrypted; save it without a password");
    }
    if (entry.method != 0) {
      throw file.fail(
          "its entry \""
              + entry.name
              + "\" is compressed in a way that weights never are; save it uncompressed");
    }
    return entry;
  }

  /** The bytes of an entry, without a copy. */
  MemorySegment bytes(Entry entry) throws WeightFormatException {
    return file.slice(requireStored(entry).data, entry.size);
  }

  /** Finds the record at the file's end that says where the directory is. */
  private Extent locate() throws WeightFormatException {
    long end = file.size() - END_SIZE;
    long last = Math.max(0, end - 0xffff);
    while (end >= last
        && !(file.i32(end) == END && end + END_SIZE + file.u16(end + 20) == file.size())) {
      end--;
    }
    if (end < last) {
      throw file.fail("its zip directory is missing; it is cut short, fetch it again");
    }
    Extent classic = new Extent(file.u32(end + 16), file.u32(end + 12), file.u16(end + 10));
    boolean oneDisk = file.u16(end + 4) == 0 && file.u16(end + 6) == 0;
    if (!oneDisk || file.u16(end + 8) != classic.count) {
      throw file.fail("it is one part of a zip archive in several parts; join them first");
    }
    long locator = end - LOCATOR64_SIZE;
    if (locator >= 0 && file.i32(locator) == LOCATOR64) {
      return locate64(locator, classic);
    }
    return checked(classic, end);
  }

  private Extent locate64(long locator, Extent classic) throws WeightFormatException {
    long end = file.i64(locator + 8);
    if (end < 0 || end > locator - END64_SIZE || file.i32(end) != END64) {
      throw file.fail("its zip64 directory is not where it should be; it looks damaged");
    }
    Extent wide = new Extent(file.i64(end + 48), file.i64(end + 40), file.i64(end + 32));
    boolean agree =
        (classic.offset == SATURATED || classic.offset == wide.offset)
            && (classic.size == SATURATED || classic.size == wide.size)
            && (classic.count == 0xffff || classic.count == wide.count);
    if (!agree || file.i64(end + 24) != wide.count) {
      throw file.fail("its two zip directories disagree; it looks damaged");
    }
    return checked(wide, end);
  }

  private Extent checked(Extent extent, long limit) throws WeightFormatException {
    if (extent.offset < 0
        || extent.size < 0
        || extent.offset > limit
        || extent.size > limit - extent.offset
        || extent.count < 0
        || extent.count > extent.size / CENTRAL_SIZE) {
      throw file.fail("its zip directory does not fit into the file; it looks damaged");
    }
    return extent;
  }

  /** Reads the directory's record at {@code at} and returns where the next one begins. */
  private long readEntry(long at, long end, long directory) throws WeightFormatException {
    if (end - at < CENTRAL_SIZE || file.i32(at) != CENTRAL) {
      throw file.fail("its zip directory is damaged");
    }
    int nameLength = file.u16(at + 28);
    int extraLength = file.u16(at + 30);
    long next = at + CENTRAL_SIZE + nameLength + extraLength + file.u16(at + 32);
    if (next > end) {
      throw file.fail("its zip directory is damaged");
    }
    byte[] nameBytes = file.copy(at + CENTRAL_SIZE, nameLength);
    String name = new String(nameBytes, StandardCharsets.UTF_8);
    long[] wide = {file.u32(at + 24), file.u32(at + 20), file.u32(at + 42)};
    readExtra64(at + CENTRAL_SIZE + nameLength, extraLength, wide);
    long size = wide[0];
    long header = wide[2];
    int method = file.u16(at + 10);
    if (method == 0 && size != wide[1]) {
      throw file.fail("its entry \"" + name + "\" has two sizes; it looks damaged");
    }
    if (header < 0 || header > directory - LOCAL_SIZE || file.i32(header) != LOCAL) {
      throw file.fail("its entry \"" + name + "\" begins where nothing begins; it looks damaged");
    }
    long data = header + LOCAL_SIZE + file.u16(header + 26) + file.u16(header + 28);
    if (file.u16(header + 26) != nameLength || !file.has(header + LOCAL_SIZE, nameBytes)) {
      throw file.fail("its entry \"" + name + "\" has another name in its place; refused");
    }
    long stored = wide[1];
    if (stored < 0 || size < 0 || data > directory || stored > directory - data) {
      throw file.fail("its entry \"" + name + "\" does not fit into the file; it looks damaged");
    }
    boolean encrypted = (file.u16(at + 8) & ENCRYPTED) != 0;
    Entry entry = new Entry(name, header, data, stored, size, method, encrypted, file.i32(at + 16));
    if (entries.put(name, entry) != null) {
      throw file.fail("it has two entries called \"" + name + "\"; refused");
    }
    return next;
  }

  /** Replaces those of (size, stored size, header) that do not fit 32 bits by their wide form. */
  private void readExtra64(long at, int length, long[] fields) throws WeightFormatException {
    long end = at + length;
    while (end - at >= 4) {
      long next = at + 4 + file.u16(at + 2);
      if (next > end) {
        throw file.fail("its zip directory is damaged");
      }
      if (file.u16(at) == EXTRA64) {
        long value = at + 4;
        for (int i = 0; i < fields.length; i++) {
          if (fields[i] == SATURATED && value + Long.BYTES <= next) {
            fields[i] = file.i64(value);
            value += Long.BYTES;
          }
        }
        return;
      }
      at = next;
    }
  }

  private void checkOverlaps() throws WeightFormatException {
    List<Entry> inOrder = new ArrayList<>(entries.values());
    inOrder.sort(Comparator.comparingLong(Entry::header));
    long free = 0;
    for (Entry entry : inOrder) {
      if (entry.header < free) {
        throw file.fail("its entry \"" + entry.name + "\" overlaps another; refused");
      }
      free = entry.data + entry.stored;
    }
  }
}
