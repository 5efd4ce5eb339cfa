package dev.graft.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Turns a run of stored elements into float32.
 *
 * <p>Float32 itself is one bulk copy. Every other type is copied in chunks into an array of its own
 * width (the copy also swaps the bytes where the file's order is not the machine's) and converted
 * there by a loop that the compiler can vectorise. A chunk of 4096 elements stays in the
 * first-level cache.
 */
final class Decoder {
  private static final int CHUNK = 4096;

  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

  private static final float[] E4M3 = eightBitFloats(DType.F8_E4M3);
  private static final float[] E5M2 = eightBitFloats(DType.F8_E5M2);

  private final MemorySegment bytes;
  private final ByteOrder order;
  private final DType dtype;

  /**
   * @param bytes the elements, the first at byte 0
   * @param order the byte order of one element
   * @param dtype the type of the elements
   */
  Decoder(MemorySegment bytes, ByteOrder order, DType dtype) {
    this.bytes = bytes;
    this.order = order;
    this.dtype = dtype;
  }

  /**
   * Decodes {@code n} elements into {@code to[at]} and what follows.
   *
   * @param first index of the first element in the stored bytes
   * @param step distance between elements, counted in elements, 0 or more
   */
  void decode(long first, long step, float[] to, int at, int n) {
    if (dtype == DType.F32 && step == 1) {
      MemorySegment.copy(bytes, FLOAT.withOrder(order), first * Float.BYTES, to, at, n);
      return;
    }
    for (int done = 0; done < n; done += CHUNK) {
      int count = Math.min(CHUNK, n - done);
      long from = first + done * step;
      switch (dtype.bytes()) {
        case 1 -> convert(loadBytes(from, step, count), to, at + done);
        case 2 -> convert(loadShorts(from, step, count), to, at + done);
        case 4 -> convert(loadInts(from, step, count), to, at + done);
        default -> convert(loadLongs(from, step, count), to, at + done);
      }
    }
  }

  private byte[] loadBytes(long from, long step, int n) {
    byte[] raw = new byte[n];
    if (step == 1) {
      MemorySegment.copy(bytes, BYTE, from, raw, 0, n);
    } else {
      for (int i = 0; i < n; i++) {
        raw[i] = bytes.get(BYTE, from + i * step);
      }
    }
    return raw;
  }

  private short[] loadShorts(long from, long step, int n) {
    short[] raw = new short[n];
    if (step == 1) {
      MemorySegment.copy(bytes, SHORT.withOrder(order), from * Short.BYTES, raw, 0, n);
      return raw;
    }
    boolean swap = order != ByteOrder.nativeOrder();
    for (int i = 0; i < n; i++) {
      short value = bytes.get(SHORT, (from + i * step) * Short.BYTES);
      raw[i] = swap ? Short.reverseBytes(value) : value;
    }
    return raw;
  }

  private int[] loadInts(long from, long step, int n) {
    int[] raw = new int[n];
    if (step == 1) {
      MemorySegment.copy(bytes, INT.withOrder(order), from * Integer.BYTES, raw, 0, n);
      return raw;
    }
    boolean swap = order != ByteOrder.nativeOrder();
    for (int i = 0; i < n; i++) {
      int value = bytes.get(INT, (from + i * step) * Integer.BYTES);
      raw[i] = swap ? Integer.reverseBytes(value) : value;
    }
    return raw;
  }

  private long[] loadLongs(long from, long step, int n) {
    long[] raw = new long[n];
    if (step == 1) {
      MemorySegment.copy(bytes, LONG.withOrder(order), from * Long.BYTES, raw, 0, n);
      return raw;
    }
    boolean swap = order != ByteOrder.nativeOrder();
    for (int i = 0; i < n; i++) {
      long value = bytes.get(LONG, (from + i * step) * Long.BYTES);
      raw[i] = swap ? Long.reverseBytes(value) : value;
    }
    return raw;
  }

  private void convert(byte[] raw, float[] to, int at) {
    int n = raw.length;
    switch (dtype) {
      case BOOL -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = raw[i] != 0 ? 1f : 0f;
        }
      }
      case U8 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = raw[i] & 0xff;
        }
      }
      case I8 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = raw[i];
        }
      }
      default -> {
        float[] table = dtype == DType.F8_E4M3 ? E4M3 : E5M2;
        for (int i = 0; i < n; i++) {
          to[at + i] = table[raw[i] & 0xff];
        }
      }
    }
  }

  private void convert(short[] raw, float[] to, int at) {
    int n = raw.length;
    switch (dtype) {
      case I16 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = raw[i];
        }
      }
      case U16 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = raw[i] & 0xffff;
        }
      }
      case F16 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = Float.float16ToFloat(raw[i]);
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = Float.intBitsToFloat(raw[i] << 16);
        }
      }
    }
  }

  private void convert(int[] raw, float[] to, int at) {
    int n = raw.length;
    switch (dtype) {
      case I32 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = raw[i];
        }
      }
      case U32 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = raw[i] & 0xffff_ffffL;
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = Float.intBitsToFloat(raw[i]);
        }
      }
    }
  }

  private void convert(long[] raw, float[] to, int at) {
    int n = raw.length;
    switch (dtype) {
      case I64 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = raw[i];
        }
      }
      case U64 -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = unsigned(raw[i]);
        }
      }
      default -> {
        for (int i = 0; i < n; i++) {
          to[at + i] = (float) Double.longBitsToDouble(raw[i]);
        }
      }
    }
  }

  /** The lowest bit is kept as a sticky bit while halving, so that rounding happens only once. */
  private static float unsigned(long value) {
    return value >= 0 ? (float) value : 2f * (float) (value >>> 1 | value & 1);
  }

  private static float[] eightBitFloats(DType dtype) {
    float[] table = new float[256];
    for (int code = 0; code < 256; code++) {
      table[code] = dtype == DType.F8_E5M2 ? Float.float16ToFloat((short) (code << 8)) : e4m3(code);
    }
    return table;
  }

  private static float e4m3(int code) {
    int exponent = code >> 3 & 15;
    int mantissa = code & 7;
    float size;
    if (exponent == 15 && mantissa == 7) {
      size = Float.NaN;
    } else if (exponent == 0) {
      size = Math.scalb((float) mantissa, -9);
    } else {
      size = Math.scalb(8f + mantissa, exponent - 10);
    }
    return code < 128 ? size : -size;
  }
}
