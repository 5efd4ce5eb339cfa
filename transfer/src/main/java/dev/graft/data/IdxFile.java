package dev.graft.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A file of unsigned bytes in the IDX format of MNIST: two zero bytes, the type 8, the number of
 * dimensions, each dimension as a big-endian int, then the values. Gzipped or not shows in the
 * first bytes.
 */
record IdxFile(int[] dims, byte[] values) {
  private static final int GZIP = 0x1f8b;
  private static final int UNSIGNED_BYTES = 0x0800;

  /** The longest array that every JVM can make. */
  private static final int LARGEST = Integer.MAX_VALUE - 8;

  /**
   * @param what what the file should hold, for messages: {@code images}
   * @throws IOException if it is absent, damaged or something else; the message is one line that
   *     begins with its path
   */
  static IdxFile read(Path file, int rank, String what) throws IOException {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file))) {
      raw.mark(2);
      boolean gzip = (raw.read() << 8 | raw.read()) == GZIP;
      raw.reset();
      return parse(file, gzip ? new GZIPInputStream(raw, 1 << 16) : raw, rank, what);
    } catch (NoSuchFileException e) {
      throw new NoSuchFileException(file + ": no such file");
    } catch (ZipException e) {
      throw new IOException(file + ": its gzip data are damaged: " + e.getMessage(), e);
    } catch (EOFException e) {
      throw new IOException(file + ": its gzip data are cut short", e);
    }
  }

  private static IdxFile parse(Path file, InputStream in, int rank, String what)
      throws IOException {
    byte[] head = in.readNBytes(4 + 4 * rank);
    int magic = head.length < 4 ? -1 : ByteBuffer.wrap(head).getInt();
    if (magic != (UNSIGNED_BYTES | rank)) {
      throw new IOException(
          head.length < 4
              ? file + ": " + head.length + " bytes are no IDX file of " + what
              : String.format(
                  "%s: begins with %08x; an IDX file of %s begins with %08x",
                  file, magic, what, UNSIGNED_BYTES | rank));
    }
    if (head.length < 4 + 4 * rank) {
      throw new IOException(file + ": cut short within its header");
    }
    int[] dims = new int[rank];
    ByteBuffer.wrap(head, 4, 4 * rank).asIntBuffer().get(dims);
    long count = 1;
    for (int d : dims) {
      count = d < 0 || count > LARGEST ? Long.MAX_VALUE : count * d;
    }
    if (count > LARGEST) {
      throw new IOException(
          file + ": its header claims " + Arrays.toString(dims) + " values; it looks damaged");
    }
    byte[] values = in.readNBytes((int) count);
    if (values.length < count || in.read() >= 0) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s: its header claims %s, %,d bytes of values, and there are %s",
              file,
              Arrays.toString(dims),
              count,
              values.length < count ? String.format(Locale.ROOT, "%,d", values.length) : "more"));
    }
    return new IdxFile(dims, values);
  }
}
