package dev.graft.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes NumPy's files by hand. */
final class NumpyBytes {
  private NumpyBytes() {}

  /** A {@code .npy} of that version, type, order and shape, such as {@code (2, 3)}. */
  static byte[] npy(int version, String descr, boolean fortran, String shape, byte[] data) {
    String dict =
        "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }"
            .formatted(descr, fortran ? "True" : "False", shape);
    return npy(version, dict, data);
  }

  static byte[] npy(int version, String dict, byte[] data) {
    int preamble = version == 1 ? 10 : 12;
    String header = dict + " ".repeat(Math.floorMod(-(preamble + dict.length() + 1), 64)) + "\n";
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(preamble + text.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    out.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    out.put((byte) version).put((byte) 0);
    if (version == 1) {
      out.putShort((short) text.length);
    } else {
      out.putInt(text.length);
    }
    return out.put(text).put(data).array();
  }

  /** As numpy.savez writes: each array stored as it is. */
  static byte[] npz(Map<String, byte[]> arrays) {
    ZipBytes zip = new ZipBytes();
    arrays.forEach((name, bytes) -> zip.add(name + ".npy", bytes));
    return zip.end();
  }

  /** As numpy.savez_compressed writes. */
  static byte[] compressed(Map<String, byte[]> arrays) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> array : arrays.entrySet()) {
        ZipEntry entry = new ZipEntry(array.getKey() + ".npy");
        CRC32 sum = new CRC32();
        sum.update(array.getValue());
        entry.setTime(0);
        entry.setCrc(sum.getValue());
        zip.putNextEntry(entry);
        zip.write(array.getValue());
        zip.closeEntry();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** w in Fortran order, b big-endian. */
  static byte[] small() {
    return npz(smallArrays());
  }

  static Map<String, byte[]> smallArrays() {
    Map<String, byte[]> arrays = new LinkedHashMap<>();
    arrays.put("w", npy(1, "<f4", true, "(2, 3)", WeightBytes.floats(1, 4, 2, 5, 3, 6)));
    byte[] big = ByteBuffer.allocate(8).putFloat(7).putFloat(8).array();
    arrays.put("b", npy(2, ">f4", false, "(2,)", big));
    return arrays;
  }
}
