package dev.graft.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes HDF5 by hand as h5py writes it with {@code libver="latest"}: superblock 2, links in the
 * header or in a fractal heap with a tree of their places, texts in a global heap.
 */
final class NewerHdf5Bytes {
  private final ByteBuffer out = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);

  private NewerHdf5Bytes() {}

  /** One dataset, called near by a link in the header and far by one in the heap. */
  static byte[] small() {
    NewerHdf5Bytes file = new NewerHdf5Bytes();
    ByteBuffer out = file.out;
    out.put(new byte[] {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n', 2, 8, 8, 0});
    out.putLong(0).putLong(-1).position(48);
    long values = out.position();
    out.put(WeightBytes.floats(7, 8));
    long dataset = file.dataset(values);
    long texts = file.globalHeap("hello");
    long heap = file.fractalHeap(link("far", dataset));
    long tree = file.tree(link("far", dataset).length);
    ByteBuffer info = buffer(18).put((byte) 0).put((byte) 0).putLong(heap).putLong(tree);
    long root =
        file.header(
            message(0x02, info.array()),
            message(0x06, link("near", dataset)),
            message(0x0c, attribute("text", 5, texts)));
    out.putLong(28, out.position()).putLong(36, root);
    byte[] bytes = new byte[out.position()];
    out.get(0, bytes);
    return bytes;
  }

  private long dataset(long values) {
    byte[] space = buffer(12).put(new byte[] {2, 1, 0, 1}).putLong(2).array();
    byte[] layout = buffer(18).put((byte) 3).put((byte) 1).putLong(values).putLong(8).array();
    return header(message(0x01, space), message(0x03, Hdf5Bytes.float32()), message(0x08, layout));
  }

  private static byte[] link(String name, long header) {
    ByteBuffer b = buffer(3 + name.length() + 8).put((byte) 1).put((byte) 0);
    return b.put((byte) name.length()).put(ascii(name)).putLong(header).array();
  }

  private static byte[] attribute(String name, int length, long heap) {
    ByteBuffer b = buffer(9 + name.length() + 1 + 16 + 4 + 16).put((byte) 3).put((byte) 0);
    b.putShort((short) (name.length() + 1)).putShort((short) 16).putShort((short) 4).put((byte) 0);
    b.put(ascii(name)).put((byte) 0);
    b.put(new byte[] {0x19, 1, 0, 0}).putInt(16).put(Hdf5Bytes.text(1)); // variable length
    b.put(new byte[] {2, 0, 0, 0}); // scalar
    return b.putInt(length).putLong(heap).putInt(1).array();
  }

  private long globalHeap(String text) {
    long at = out.position();
    out.put(ascii("GCOL")).putInt(1).putLong(16 + 16 + 8 + 16);
    out.putShort((short) 1).putShort((short) 0).putInt(0).putLong(text.length()).put(ascii(text));
    out.position((int) at + 40).putLong(0).putLong(0);
    return at;
  }

  /** A heap whose first block is its only one. */
  private long fractalHeap(byte[] object) {
    long block = out.position();
    out.put(ascii("FHDB")).put((byte) 0).putLong(0).putInt(0).put(object);
    long at = out.position();
    out.put(ascii("FRHP")).put((byte) 0).putShort((short) 7).putShort((short) 0).put((byte) 0);
    out.putInt(4096).putLong(0).putLong(-1).putLong(0).putLong(-1);
    for (int i = 0; i < 8; i++) {
      out.putLong(0);
    }
    out.putShort((short) 4).putLong(512).putLong(65536).putShort((short) 32).putShort((short) 1);
    out.putLong(block).putShort((short) 0).putInt(0);
    return at;
  }

  /** A tree with one record: a hash, and the place of the heap's only object. */
  private long tree(int length) {
    long leaf = out.position();
    out.put(ascii("BTLF")).put((byte) 0).put((byte) 5).putInt(0);
    out.put((byte) 0).putInt(17).putShort((short) length).putInt(0);
    long at = out.position();
    out.put(ascii("BTHD")).put((byte) 0).put((byte) 5).putInt(512).putShort((short) 11);
    out.putShort((short) 0).put((byte) 100).put((byte) 40).putLong(leaf).putShort((short) 1);
    out.putLong(1).putInt(0);
    return at;
  }

  private static byte[] message(int type, byte[] body) {
    ByteBuffer b = buffer(4 + body.length).put((byte) type).putShort((short) body.length);
    return b.put((byte) 0).put(body).array();
  }

  private long header(byte[]... messages) {
    long at = out.position();
    int size = 0;
    for (byte[] message : messages) {
      size += message.length;
    }
    out.put(ascii("OHDR")).put((byte) 2).put((byte) 0).put((byte) size);
    for (byte[] message : messages) {
      out.put(message);
    }
    out.putInt(0);
    return at;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
