package dev.graft.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * A whole file as bytes: mapped into memory, or an array that somebody already read. Closing it
 * unmaps the file at once, since Windows cannot replace or delete a file while it is mapped.
 *
 * <p>Every getter checks its bounds and fails with a message that names the file, so a format's
 * code never meets an exception of the memory access itself.
 */
final class FileBytes implements AutoCloseable {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String name;
  private final Path path;
  private final MemorySegment segment;
  private final Arena arena;
  private final FileChannel channel;
  private final List<FileBytes> companions = new ArrayList<>();

  private FileBytes(
      String name, Path path, MemorySegment segment, Arena arena, FileChannel channel) {
    this.name = name;
    this.path = path;
    this.segment = segment;
    this.arena = arena;
    this.channel = channel;
  }

  static FileBytes map(Path path) throws IOException {
    String name = path.toString();
    if (!Files.exists(path)) {
      throw new WeightFormatException(name, "there is no such file");
    }
    if (!Files.isRegularFile(path)) {
      throw new WeightFormatException(
          name, "is not a file; name the weight file itself (.pth, .pt, .safetensors)");
    }
    if (!Files.isReadable(path)) {
      throw new WeightFormatException(name, "may not be read; look at its permissions");
    }
    // Shared, so that several threads may read tensors from one file.
    Arena arena = Arena.ofShared();
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      MemorySegment segment = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      return new FileBytes(name, path, segment, arena, channel);
    } catch (IOException | UnsupportedOperationException e) {
      arena.close();
      close(channel);
      throw new WeightFormatException(name, "cannot be opened: " + e.getMessage(), e);
    }
  }

  /** Wraps bytes that are in memory already; the array is not copied. */
  static FileBytes of(String name, byte[] bytes) {
    return new FileBytes(name, null, MemorySegment.ofArray(bytes).asReadOnly(), null, null);
  }

  /** A part of this file as a file of its own, such as one that lies uncompressed in an archive. */
  FileBytes part(long offset, long length) throws WeightFormatException {
    return new FileBytes(name, null, slice(offset, length), null, null);
  }

  /**
   * Opens a file that this one refers to; it is closed together with this one.
   *
   * @param companion where it is, made of {@link #path()} by the caller, who vouches for it
   */
  FileBytes open(Path companion) throws IOException {
    for (FileBytes opened : companions) {
      if (companion.equals(opened.path)) {
        return opened;
      }
    }
    FileBytes opened = map(companion);
    companions.add(opened);
    return opened;
  }

  String name() {
    return name;
  }

  /** Where it is; null for bytes that were in memory already. */
  Path path() {
    return path;
  }

  /** The bytes of this file and of all that it refers to. */
  long totalSize() {
    long total = size();
    for (FileBytes companion : companions) {
      total += companion.totalSize();
    }
    return total;
  }

  long size() {
    return segment.byteSize();
  }

  /** True where the file holds exactly these bytes at {@code offset}. */
  boolean has(long offset, byte... expected) {
    if (offset < 0 || offset > size() - expected.length) {
      return false;
    }
    for (int i = 0; i < expected.length; i++) {
      if (segment.get(ValueLayout.JAVA_BYTE, offset + i) != expected[i]) {
        return false;
      }
    }
    return true;
  }

  /** An unsigned byte. */
  int u8(long offset) throws WeightFormatException {
    return segment.get(ValueLayout.JAVA_BYTE, checked(offset, 1)) & 0xff;
  }

  /** An unsigned little-endian 16-bit number. */
  int u16(long offset) throws WeightFormatException {
    return segment.get(SHORT, checked(offset, Short.BYTES)) & 0xffff;
  }

  /** An unsigned little-endian number of {@code bytes} bytes, 1 to 8. */
  long unsigned(long offset, int bytes) throws WeightFormatException {
    long value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      value = value << 8 | u8(offset + i);
    }
    return value;
  }

  /** A signed little-endian 32-bit number. */
  int i32(long offset) throws WeightFormatException {
    return segment.get(INT, checked(offset, Integer.BYTES));
  }

  /** An unsigned little-endian 32-bit number. */
  long u32(long offset) throws WeightFormatException {
    return i32(offset) & 0xffff_ffffL;
  }

  /** A little-endian 64-bit number; above 2^63 it comes out negative. */
  long i64(long offset) throws WeightFormatException {
    return segment.get(LONG, checked(offset, Long.BYTES));
  }

  /** A copy of {@code length} bytes; the check comes before the allocation. */
  byte[] copy(long offset, int length) throws WeightFormatException {
    checked(offset, length);
    byte[] bytes = new byte[length];
    MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, offset, bytes, 0, length);
    return bytes;
  }

  /** A view of {@code length} bytes, without a copy. */
  MemorySegment slice(long offset, long length) throws WeightFormatException {
    return segment.asSlice(checked(offset, length), length);
  }

  /**
   * Fills a buffer with a part of this file, or of a companion, by reading it: large parts come
   * faster so than through the mapping, each of whose pages is a page fault, and the pages do not
   * count as this process's memory.
   *
   * @param part memory of the mapping
   * @param offset where in it the bytes begin
   * @return whether it was done; if not, the mapping has the bytes as well
   */
  boolean read(MemorySegment part, long offset, ByteBuffer into) {
    for (FileBytes companion : companions) {
      if (companion.read(part, offset, into)) {
        return true;
      }
    }
    long at = part.address() - segment.address() + offset;
    boolean inside = part.isNative() && at >= 0 && at <= size() - into.remaining();
    if (channel == null || !inside) {
      return false;
    }
    try {
      int more = 0;
      while (into.hasRemaining() && more >= 0) {
        more = channel.read(into, at);
        at += more;
      }
      return !into.hasRemaining();
    } catch (IOException e) {
      return false; // an interrupt has closed the channel, for one
    }
  }

  private long checked(long offset, long length) throws WeightFormatException {
    if (offset < 0 || length < 0 || offset > size() - length) {
      throw fail(
          "ends after %,d bytes, where %,d bytes from %,d on are needed; it looks cut short,"
                  .formatted(size(), length, offset)
              + " fetch it again");
    }
    return offset;
  }

  /** The exception to throw when this file turns out to be unreadable. */
  WeightFormatException fail(String problem) {
    return new WeightFormatException(name, problem);
  }

  @Override
  public void close() {
    companions.forEach(FileBytes::close);
    if (arena != null && arena.scope().isAlive()) {
      arena.close();
    }
    close(channel);
  }

  private static void close(FileChannel channel) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
