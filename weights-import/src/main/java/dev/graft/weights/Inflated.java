package dev.graft.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Decompresses an entry of a zip archive into memory of the size that the directory announces. */
final class Inflated {
  /** A zip archive's number for deflate. */
  static final int DEFLATED = 8;

  /**
   * Deflate can shrink zeros a thousandfold; trained weights hardly shrink at all. So much may a
   * byte of the file become, and so much is free.
   */
  private static final int BYTES_PER_BYTE = 16;

  private static final int FREE = 1 << 16;

  private Inflated() {}

  /**
   * The first bytes of an entry.
   *
   * @param most how many are wanted; fewer come where the entry has fewer
   */
  static byte[] start(ZipDirectory.Entry entry, FileBytes file, int most)
      throws WeightFormatException {
    return inflate(entry, file, (int) Math.min(most, entry.size()), false);
  }

  /** All of an entry, its checksum checked. */
  static byte[] all(ZipDirectory.Entry entry, FileBytes file) throws WeightFormatException {
    return inflate(entry, file, (int) entry.size(), true);
  }

  /**
   * Fails where entries together would become unreasonably large.
   *
   * @param bytes the sum of their sizes
   */
  static void requireBounded(long bytes, FileBytes file) throws WeightFormatException {
    if (bytes > FREE + BYTES_PER_BYTE * file.size()) {
      throw file.fail(
          "would decompress from %,d bytes to %,d; refused. If it is yours, save it uncompressed"
              .formatted(file.size(), bytes));
    }
  }

  private static byte[] inflate(ZipDirectory.Entry entry, FileBytes file, int length, boolean whole)
      throws WeightFormatException {
    MemorySegment stored = file.slice(entry.data(), entry.stored());
    if (entry.method() != DEFLATED) {
      return stored.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }
    byte[] bytes = new byte[length];
    int done = 0;
    try (Inflater inflater = new Inflater(true)) {
      ByteBuffer in =
          stored.asSlice(0, Math.min(stored.byteSize(), Integer.MAX_VALUE)).asByteBuffer();
      inflater.setInput(in);
      while (done < length) {
        int more = inflater.inflate(bytes, done, length - done);
        if (more == 0) {
          break;
        }
        done += more;
      }
      boolean tooLong = whole && done == length && inflater.inflate(new byte[1]) > 0;
      if (done < length || tooLong) {
        throw damaged(entry, file, null);
      }
    } catch (DataFormatException e) {
      throw damaged(entry, file, e);
    }
    if (whole) {
      CRC32 sum = new CRC32();
      sum.update(bytes);
      if ((int) sum.getValue() != entry.crc()) {
        throw damaged(entry, file, null);
      }
    }
    return bytes;
  }

  private static WeightFormatException damaged(
      ZipDirectory.Entry entry, FileBytes file, DataFormatException cause) {
    String problem =
        "its entry \""
            + entry.name()
            + "\" does not decompress to what the directory says; damaged";
    return new WeightFormatException(file.name(), problem, cause);
  }
}
