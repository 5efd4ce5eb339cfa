package dev.graft.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.LongConsumer;
import java.util.zip.CRC32;

/** Appends to a file, keeps the checksum of what was appended, and reports progress. */
final class ByteSink {
  /** Heap memory is copied by the channel into direct memory of this size, which it keeps. */
  private static final long PIECE = 1 << 20;

  private final FileChannel channel;
  private final LongConsumer progress;
  private CRC32 sum = new CRC32();
  private long written;

  /**
   * @param progress is told now and then how many bytes have been written
   */
  ByteSink(FileChannel channel, LongConsumer progress) {
    this.channel = channel;
    this.progress = progress;
  }

  void write(byte[] bytes, int length) throws IOException {
    write(MemorySegment.ofArray(bytes).asSlice(0, length));
  }

  void write(MemorySegment bytes) throws IOException {
    for (long at = 0; at < bytes.byteSize(); at += PIECE) {
      ByteBuffer piece = bytes.asSlice(at, Math.min(PIECE, bytes.byteSize() - at)).asByteBuffer();
      sum.update(piece.duplicate());
      written += piece.remaining();
      while (piece.hasRemaining()) {
        channel.write(piece);
      }
      progress.accept(written);
    }
  }

  /** Replaces bytes that were written before; the position stays at the end. */
  void patch(long at, ByteBuffer bytes) throws IOException {
    ByteBuffer left = bytes.duplicate();
    long position = at;
    while (left.hasRemaining()) {
      position += channel.write(left, position);
    }
  }

  /** How many bytes have been written. */
  long position() {
    return written;
  }

  /** Begins a new checksum. */
  void startSum() {
    sum = new CRC32();
  }

  /** The checksum (CRC-32) of what was written since {@link #startSum}. */
  int sum() {
    return (int) sum.getValue();
  }
}
