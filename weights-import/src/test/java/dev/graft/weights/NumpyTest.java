package dev.graft.weights;

import static dev.graft.weights.NumpyBytes.compressed;
import static dev.graft.weights.NumpyBytes.npy;
import static dev.graft.weights.NumpyBytes.npz;
import static dev.graft.weights.WeightBytes.floats;
import static dev.graft.weights.WeightBytes.open;
import static dev.graft.weights.WeightBytes.refusal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumpyTest {
  private static final byte[] SIX = floats(1, 2, 3, 4, 5, 6);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void singleArraysOfEveryVersion(int version) throws IOException {
    try (WeightFile file = open(npy(version, "<f4", false, "(2, 3)", SIX))) {
      assertEquals("npy", file.format());
      assertEquals("[arr_0 F32 [2, 3]]", file.entries().toString());
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, file.decode("arr_0"));
    }
  }

  @Test
  void fortranOrderAndScalars() throws IOException {
    byte[] data = floats(1, 3, 5, 2, 4, 6);
    try (WeightFile file = open(npy(1, "<f4", true, "(3, 2)", data))) {
      assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, file.decode("arr_0"));
    }
    try (WeightFile file = open(npy(1, "<f4", false, "()", floats(9)))) {
      assertEquals(9f, file.read("arr_0").item());
    }
    try (WeightFile file = open(npy(1, "<f4", true, "(3, 0)", new byte[0]))) {
      assertEquals("[3, 0]", file.read("arr_0").shape().toString());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "|b1, BOOL, 01, 1",
    "|u1, U8, ff, 255",
    "|i1, I8, ff, -1",
    "<i2, I16, feff, -2",
    ">i2, I16, fffe, -2",
    ">u2, U16, 0102, 258",
    "<i4, I32, 03000000, 3",
    ">i4, I32, 00000003, 3",
    "<u4, U32, ffffffff, 4294967296",
    ">i8, I64, 0000000000000005, 5",
    "<u8, U64, 0500000000000000, 5",
    "<f2, F16, 003c, 1",
    ">f2, F16, 3c00, 1",
    ">f8, F64, 3ff8000000000000, 1.5"
  })
  void everyTypeInBothByteOrders(String descr, DType dtype, String hex, float value)
      throws IOException {
    byte[] data = HexFormat.of().parseHex(hex);
    try (WeightFile file = open(npy(1, descr, false, "(1,)", data))) {
      assertEquals(dtype, file.entries().getFirst().dtype());
      assertArrayEquals(new float[] {value}, file.decode("arr_0"));
    }
  }

  @Test
  void compressedArchivesHoldTheSame() throws IOException {
    Map<String, byte[]> arrays = new LinkedHashMap<>();
    arrays.put("a/kernel", npy(1, "<f4", true, "(2, 3)", floats(1, 4, 2, 5, 3, 6)));
    arrays.put("label", npy(1, "<U3", false, "()", new byte[12]));
    for (byte[] bytes : List.of(npz(arrays), compressed(arrays))) {
      try (WeightFile file = open(bytes)) {
        assertEquals("npz", file.format());
        assertEquals(List.of("label"), file.skipped());
        assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, file.read().get("a/kernel").toArray());
      }
    }
  }

  @Test
  void whatIsNoPlainArrayIsRefused() {
    assertTrue(refusal(npy(1, "<c8", false, "(1,)", new byte[8])).contains("type <c8"));
    assertTrue(refusal(npy(1, "|V2", false, "(1,)", new byte[2])).contains("type |V2"));
    assertTrue(refusal(npy(1, "<f16", false, "(1,)", new byte[16])).contains("type <f16"));
    byte[] objects = npy(1, "|O", false, "(1,)", new byte[8]);
    assertTrue(refusal(npz(Map.of("a", objects))).contains("no arrays of numbers, only a"));
    byte[] record = npy(1, "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}", SIX);
    assertTrue(refusal(record).contains("type a record"));
  }

  @Test
  void wrongHeadersAreRefused() {
    refusal(npy(1, "<f4", false, "(7,)", SIX));
    refusal(npy(1, "<f4", false, "(5,)", SIX));
    refusal(npy(1, "<f4", false, "(-6,)", SIX));
    refusal(npy(1, "<f4", false, "(99999999999999999999,)", SIX));
    refusal(npy(1, "<f4", false, "(999999999999999999, 999999999999999999)", SIX));
    refusal(npy(1, "<f4", false, "(" + "1, ".repeat(65) + ")", floats(1)));
    refusal(npy(1, "{'shape': (6,)}", SIX));
    refusal(npy(4, "<f4", false, "(6,)", SIX));
    byte[] long32 = npy(2, "<f4", false, "(6,)", SIX);
    ByteBuffer.wrap(long32).putInt(8, -1);
    assertTrue(refusal(long32).contains("claims"));
  }

  @Test
  void whatWouldGrowWithoutMeasureIsRefused() {
    byte[] zeros = npy(1, "<f4", false, "(1000000,)", new byte[4_000_000]);
    String message = refusal(compressed(Map.of("w", zeros)));
    assertTrue(message.contains("would decompress"), message);
  }

  @Test
  void damageInCompressedValuesIsFound() {
    byte[] bytes = compressed(Map.of("w", npy(1, "<f4", false, "(6,)", SIX)));
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PK\1\2") + 16;
    bytes[at] ^= 1;
    assertTrue(refusal(bytes).contains("does not decompress"));
  }
}
