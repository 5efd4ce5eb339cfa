package dev.graft.train;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * TensorFlow's framing of records in a file: the length as a little-endian 64-bit number, its
 * checksum, the bytes, their checksum.
 */
final class TfRecords {
  private static final int MASK_DELTA = 0xa282ead8;

  private TfRecords() {}

  static void write(OutputStream out, byte[] record) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    head.putLong(record.length);
    head.putInt(maskedChecksum(head.array(), 8));
    out.write(head.array());
    out.write(record);
    int tail = Integer.reverseBytes(maskedChecksum(record, record.length));
    out.write(ByteBuffer.allocate(4).putInt(tail).array());
  }

  /** CRC-32C, rotated and shifted: a checksum of bytes that hold checksums would be weak. */
  private static int maskedChecksum(byte[] bytes, int count) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, count);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
  }
}
