package dev.graft.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DecoderTest {
  /** Values that every type can hold but BOOL. */
  private static final float[] SMALL = {0, 1, 2, 3, 4, 5, 6, 7, 8, 1};

  @ParameterizedTest
  @EnumSource(DType.class)
  void bothByteOrdersAllStepsAllChunkEdges(DType dtype) {
    for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
      int n = 3 * 4096 + 7;
      MemorySegment bytes = encode(dtype, order, n);
      for (int step : new int[] {0, 1, 3}) {
        int count = step == 3 ? n / 3 : n;
        float[] values = new float[count + 2];
        new Decoder(bytes, order, dtype).decode(step == 1 ? 0 : 1, step, values, 1, count);
        assertEquals(0f, values[0]);
        assertEquals(0f, values[count + 1]);
        for (int i = 0; i < count; i++) {
          assertEquals(
              expected(dtype, step == 1 ? i : 1 + i * step), values[i + 1], dtype + " " + i);
        }
      }
    }
  }

  private static float expected(DType dtype, int i) {
    float value = SMALL[i % SMALL.length];
    return dtype == DType.BOOL ? Math.min(value, 1) : value;
  }

  private static MemorySegment encode(DType dtype, ByteOrder order, int n) {
    ByteBuffer bytes = ByteBuffer.allocate(n * dtype.bytes()).order(order);
    for (int i = 0; i < n; i++) {
      float value = SMALL[i % SMALL.length];
      switch (dtype) {
        case BOOL, U8, I8 -> bytes.put((byte) value);
        case F8_E5M2 -> bytes.put((byte) (Float.floatToFloat16(value) >> 8));
        case F8_E4M3 -> bytes.put((byte) (Float.floatToIntBits(value * 0x1p-120f) >> 20));
        case I16, U16 -> bytes.putShort((short) value);
        case F16 -> bytes.putShort(Float.floatToFloat16(value));
        case BF16 -> bytes.putShort((short) (Float.floatToIntBits(value) >> 16));
        case I32, U32 -> bytes.putInt((int) value);
        case F32 -> bytes.putFloat(value);
        case I64, U64 -> bytes.putLong((long) value);
        case F64 -> bytes.putDouble(value);
      }
    }
    return MemorySegment.ofArray(bytes.array());
  }

  @Test
  void extremes() {
    assertArrayEquals(new float[] {-128, 127}, decode(DType.I8, 0x80, 0x7f));
    assertArrayEquals(new float[] {128, 255}, decode(DType.U8, 0x80, 0xff));
    assertArrayEquals(new float[] {1, 0}, decode(DType.BOOL, 0x80, 0));
    assertArrayEquals(new float[] {-32768, 65535}, shorts(DType.I16, DType.U16));
    assertArrayEquals(new float[] {-1}, decode(DType.I32, 255, 255, 255, 255));
    assertArrayEquals(new float[] {0x1p32f}, decode(DType.U32, 255, 255, 255, 255));
    int[] ones = {255, 255, 255, 255, 255, 255, 255, 255};
    assertArrayEquals(new float[] {-1}, decode(DType.I64, ones));
    assertArrayEquals(new float[] {0x1p64f}, decode(DType.U64, ones));
    assertArrayEquals(new float[] {65504}, decode(DType.F16, 0xff, 0x7b));
    assertArrayEquals(new float[] {0x1p-24f}, decode(DType.F16, 1, 0));
    assertArrayEquals(new float[] {Float.NEGATIVE_INFINITY}, decode(DType.BF16, 0x80, 0xff));
  }

  private static float[] shorts(DType signed, DType unsigned) {
    return new float[] {decode(signed, 0, 0x80)[0], decode(unsigned, 255, 255)[0]};
  }

  @Test
  void eightBitFloats() {
    // Largest, smallest normal and smallest subnormal of each (Micikevicius et al. 2022, table 1).
    assertArrayEquals(
        new float[] {448, 0x1p-6f, 0x1p-9f, -448}, decode(DType.F8_E4M3, 0x7e, 0x08, 0x01, 0xfe));
    assertArrayEquals(
        new float[] {57344, 0x1p-14f, 0x1p-16f}, decode(DType.F8_E5M2, 0x7b, 0x04, 0x01));
    assertTrue(Float.isNaN(decode(DType.F8_E4M3, 0xff)[0]));
    assertTrue(Float.isNaN(decode(DType.F8_E5M2, 0x7f)[0]));
    assertEquals(Float.POSITIVE_INFINITY, decode(DType.F8_E5M2, 0x7c)[0]);
  }

  @Test
  void unsignedLongsRoundOnce() {
    // 2^63 + 2^39 + 1 lies just above the middle between two floats and must go up.
    long value = Long.MIN_VALUE + (1L << 39) + 1;
    byte[] bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    float[] out = new float[1];
    new Decoder(MemorySegment.ofArray(bytes), ByteOrder.LITTLE_ENDIAN, DType.U64)
        .decode(0, 1, out, 0, 1);
    assertEquals(0x1p63f + 0x1p40f, out[0]);
  }

  private static float[] decode(DType dtype, int... bytes) {
    byte[] raw = new byte[bytes.length];
    for (int i = 0; i < raw.length; i++) {
      raw[i] = (byte) bytes[i];
    }
    float[] values = new float[raw.length / dtype.bytes()];
    new Decoder(MemorySegment.ofArray(raw), ByteOrder.LITTLE_ENDIAN, dtype)
        .decode(0, 1, values, 0, values.length);
    return values;
  }
}
