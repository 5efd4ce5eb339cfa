package dev.graft.weights;

import static dev.graft.weights.WeightBytes.refusal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZipDirectoryTest {
  private static final byte[] PICKLE =
      PickleBytes.begin().op('}').text("w").tensor("FloatStorage", "0", 2).op('s').end();

  private static ZipBytes good() {
    return WeightBytes.zipBuilder(PICKLE, Map.of("0", WeightBytes.floats(1, 2)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void descriptorsAlignmentAndZip64AreRead(boolean wide) throws IOException {
    byte[] bytes = wide ? good().wide().end() : good().end();
    try (WeightFile file = WeightBytes.open(bytes)) {
      assertArrayEquals(new float[] {1, 2}, file.decode("w"));
    }
  }

  @Test
  void javasOwnStoredArchivesAreRead() throws IOException {
    try (WeightFile file = WeightBytes.open(javaZip(ZipEntry.STORED, "a comment"))) {
      assertArrayEquals(new float[] {1, 2}, file.decode("w"));
    }
  }

  @Test
  void compressedEntriesAreRefusedWithAdvice() throws IOException {
    String message = refusal(javaZip(ZipEntry.DEFLATED, ""));
    assertTrue(message.contains("is compressed") && message.contains("uncompressed"), message);
  }

  private static byte[] javaZip(int method, String comment) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.setComment(comment);
      zip.setMethod(method);
      put(zip, "net/data.pkl", PICKLE);
      put(zip, "net/data/0", WeightBytes.floats(1, 2));
    }
    return out.toByteArray();
  }

  private static void put(ZipOutputStream zip, String name, byte[] data) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    CRC32 crc = new CRC32();
    crc.update(data);
    entry.setSize(data.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(data);
    zip.closeEntry();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void lyingDirectoriesAreRefused(boolean wide) {
    assertTrue(lie(wide, 1, item -> item.withLocalName("x").withHeader(1)).contains("begins"));
    assertTrue(lie(wide, 1, item -> item.withSizes(8, 9)).contains("two sizes"));
    assertTrue(lie(wide, 1, item -> item.withSizes(1 << 20, 1 << 20)).contains("not fit"));
    assertTrue(lie(wide, 1, item -> item.withHeader(0)).contains("another name"));
    assertTrue(lie(wide, 0, item -> item.withSizes(200, 200)).contains("overlaps"));
    assertTrue(lie(wide, 1, item -> item.withFlags(1)).contains("encrypted"));
    assertTrue(lie(wide, 1, item -> item.withMethod(8)).contains("compressed"));
    assertTrue(lie(wide, 1, item -> item.withSizes(4, 4)).contains("4 bytes"));
  }

  @Test
  void wideFieldsMayNotPointOutside() {
    for (long wrong : new long[] {-1, Long.MIN_VALUE, Long.MAX_VALUE, Long.MAX_VALUE - 30}) {
      lie(true, 1, item -> item.withHeader(wrong));
      lie(true, 1, item -> item.withSizes(wrong, wrong));
    }
  }

  private static String lie(boolean wide, int index, UnaryOperator<ZipBytes.Item> change) {
    ZipBytes zip = wide ? good().wide() : good();
    zip.items.set(index, change.apply(zip.items.get(index)));
    return refusal(zip.end());
  }

  @Test
  void namesAreUnique() {
    assertTrue(refusal(good().add("net/data/0", WeightBytes.floats(3, 4)).end()).contains("two"));
    ZipBytes twice = good();
    twice.items.add(twice.items.getFirst());
    assertTrue(refusal(twice.end()).contains("two"));
    assertTrue(refusal(good().add("other/data.pkl", PICKLE).end()).contains("two pickles"));
  }

  @Test
  void localNamesAgree() {
    byte[] bytes =
        new ZipBytes()
            .add("net/data.pkl", PICKLE)
            .add("net/data/0", "net/data/1", WeightBytes.floats(1, 2))
            .end();
    assertTrue(refusal(bytes).contains("another name"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4, 60000})
  void theNumberOfEntriesIsNotBelieved(int count) {
    refusal(good().end(count));
    refusal(good().wide().end(count));
  }

  @Test
  void missingPartsAreNamed() {
    byte[] word = "little".getBytes(StandardCharsets.UTF_8);
    assertTrue(refusal(new ZipBytes().add("a.txt", word).end()).contains("no data.pkl"));
    assertTrue(refusal(WeightBytes.zip(PICKLE, Map.of())).contains("storage 0 is missing"));
    assertTrue(refusal(good().add("net/code/x.py", word).end()).contains("TorchScript"));
    assertTrue(refusal(good().add("net/constants.pkl", word).end()).contains("TorchScript"));
    assertTrue(refusal(good().add("net/byteorder", new byte[3]).end()).contains("byteorder"));
  }

  @Test
  void bigEndianArchivesAreRead() throws IOException {
    byte[] swapped = {0x3f, (byte) 0x80, 0, 0, 0x40, 0, 0, 0};
    byte[] bytes =
        WeightBytes.zipBuilder(PICKLE, Map.of("0", swapped))
            .add("net/byteorder", "big".getBytes(StandardCharsets.UTF_8))
            .end();
    try (WeightFile file = WeightBytes.open(bytes)) {
      assertArrayEquals(new float[] {1, 2}, file.decode("w"));
    }
  }
}
