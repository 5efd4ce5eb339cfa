package dev.graft.weights;

import java.nio.charset.StandardCharsets;

/**
 * A position in a pickle that moves forward, and the account of the memory that reading it has
 * cost.
 *
 * <p>No read passes the pickle's end, and no length that the pickle claims is believed before it is
 * known to lie inside it. Since one byte of a pickle can create an object of fifty bytes, and four
 * can copy a long one again, everything created is also charged here: a pickle that asks for more
 * than {@value #BYTES_PER_BYTE} bytes for each of its own is refused. Those that torch.save writes
 * take 4 to 12.
 */
final class PickleCursor {
  private static final int BYTES_PER_BYTE = 32;

  /** What even the smallest pickle may use. */
  private static final long FREE = 1 << 16;

  /** No module or class name comes near this. */
  private static final int LONGEST_LINE = 1024;

  private final FileBytes file;
  private final long start;
  private final long end;
  private long position;
  private long charged;

  /** Reads the pickle that begins at {@code start} and ends somewhere before {@code end}. */
  PickleCursor(FileBytes file, long start, long end) {
    this.file = file;
    this.start = start;
    this.end = end;
    this.position = start;
  }

  /** Where in the file the next byte comes from. */
  long position() {
    return position;
  }

  /** How many bytes of this pickle have been read. */
  long consumed() {
    return position - start;
  }

  int u8() throws WeightFormatException {
    return file.u8(advance(1));
  }

  int u16() throws WeightFormatException {
    return file.u16(advance(2));
  }

  int i32() throws WeightFormatException {
    return file.i32(advance(4));
  }

  long u32() throws WeightFormatException {
    return file.u32(advance(4));
  }

  long i64() throws WeightFormatException {
    return file.i64(advance(8));
  }

  /** Pickle's only big-endian number. */
  double bigEndianDouble() throws WeightFormatException {
    return Double.longBitsToDouble(Long.reverseBytes(file.i64(advance(8))));
  }

  byte[] bytes(long length) throws WeightFormatException {
    long from = advance(length);
    if (length > Integer.MAX_VALUE - 8) {
      throw fail("holds a string of " + length + " bytes");
    }
    charge(16 + length);
    return file.copy(from, (int) length);
  }

  String utf8(long length) throws WeightFormatException {
    charge(40);
    return new String(bytes(length), StandardCharsets.UTF_8);
  }

  /** The text up to the next line feed, which is consumed. */
  String line() throws WeightFormatException {
    int length = 0;
    while (position + length < end && file.u8(position + length) != '\n') {
      if (++length > LONGEST_LINE) {
        throw fail("holds a name of more than " + LONGEST_LINE + " bytes");
      }
    }
    String text = utf8(length);
    advance(1);
    return text;
  }

  /** Checks that {@code length} more bytes are there, without reading them. */
  void require(long length) throws WeightFormatException {
    if (length < 0 || length > end - position) {
      throw fail(
          "its pickle ends in the middle of something, %,d bytes in; it looks cut short or damaged,"
                  .formatted(consumed())
              + " fetch it again");
    }
  }

  /** Accounts for {@code bytes} of memory, and refuses what no honest pickle needs. */
  void charge(long bytes) throws WeightFormatException {
    charged += bytes;
    if (charged > FREE + BYTES_PER_BYTE * consumed()) {
      throw fail(
          "its pickle's first %,d bytes ask for over %d times as much memory; refused as hostile"
              .formatted(consumed(), BYTES_PER_BYTE));
    }
  }

  WeightFormatException fail(String problem) {
    return file.fail(problem);
  }

  private long advance(long length) throws WeightFormatException {
    require(length);
    long from = position;
    position += length;
    return from;
  }
}
