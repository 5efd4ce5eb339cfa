package dev.graft.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Small whole weight files for tests, and what tests ask of reading them. */
final class WeightBytes {
  private WeightBytes() {}

  static byte[] floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.array();
  }

  /** A torch.save archive of a pickle and storages by key. */
  static byte[] zip(byte[] pickle, Map<String, byte[]> storages) {
    return zipBuilder(pickle, storages).end();
  }

  static ZipBytes zipBuilder(byte[] pickle, Map<String, byte[]> storages) {
    ZipBytes zip = new ZipBytes().add("net/data.pkl", pickle);
    storages.forEach((key, bytes) -> zip.add("net/data/" + key, bytes));
    return zip.add("net/version", "3\n".getBytes(StandardCharsets.UTF_8));
  }

  /** A file from before torch 1.6 with one-element-size-four storages. */
  static byte[] legacy(byte[] pickle, Map<String, byte[]> storages) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] magic = {
      0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20, 0x6a, (byte) 0xa8, 0x50, 0x19
    };
    out.writeBytes(PickleBytes.begin().op(0x8a, 10).raw(magic).end());
    out.writeBytes(PickleBytes.begin().op('M', 0xe9, 3).end());
    out.writeBytes(PickleBytes.begin().op('}').text("little_endian").op(0x88, 's').end());
    out.writeBytes(pickle);
    PickleBytes keys = PickleBytes.begin().op(']', '(');
    storages.keySet().forEach(keys::text);
    out.writeBytes(keys.op('e').end());
    storages.forEach((key, bytes) -> {
      out.writeBytes(new PickleBytes().i64(bytes.length / 4).bytes());
      out.writeBytes(bytes);
    });
    return out.toByteArray();
  }

  /** A safetensors file with that header and data. */
  static byte[] safetensors(String header, byte[] data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return new PickleBytes().i64(text.length).raw(text).raw(data).bytes();
  }

  /** A state dict {@code {"w": [2, 3], "b": [2]}} in the zip format. */
  static byte[] smallZip() {
    PickleBytes pickle = PickleBytes.begin().op('}', 'q', 0, '(');
    pickle.text("w").tensor("FloatStorage", "0", 2, 3);
    pickle.text("b").tensor("FloatStorage", "1", 2);
    return zip(pickle.op('u').end(), smallStorages());
  }

  /** The same in the older format. */
  static byte[] smallLegacy() {
    PickleBytes pickle = PickleBytes.begin().op('}', 'q', 0, '(');
    pickle
        .text("w")
        .tensor(
            new PickleBytes().legacyStorage("FloatStorage", "0", 6),
            0,
            new long[] {2, 3},
            new long[] {3, 1});
    pickle
        .text("b")
        .tensor(
            new PickleBytes().legacyStorage("FloatStorage", "1", 2),
            0,
            new long[] {2},
            new long[] {1});
    return legacy(pickle.op('u').end(), smallStorages());
  }

  /** The same as safetensors. */
  static byte[] smallSafetensors() {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\"},"
            + "\"w\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}";
    return safetensors(header, floats(1, 2, 3, 4, 5, 6, 7, 8));
  }

  private static Map<String, byte[]> smallStorages() {
    Map<String, byte[]> storages = new LinkedHashMap<>();
    storages.put("0", floats(1, 2, 3, 4, 5, 6));
    storages.put("1", floats(7, 8));
    return storages;
  }

  static WeightFile open(byte[] bytes) throws IOException {
    return Weights.open("test.pt", bytes);
  }

  /** The one line with which the bytes are refused; it has to be one that a reader meant. */
  static String refusal(byte[] bytes) {
    WeightFormatException e =
        assertThrows(
            WeightFormatException.class,
            () -> {
              try (WeightFile file = open(bytes)) {
                file.read();
              }
            });
    assertMeant(e);
    return e.getMessage();
  }

  /** Fails where only the last safety net caught what a reader should have seen. */
  static void assertMeant(WeightFormatException e) {
    assertFalse(e.getMessage().contains(": cannot be read: "), () -> "uncaught: " + e.getCause());
    assertTrue(e.getMessage().startsWith("test.pt: "), e.getMessage());
    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
  }
}
