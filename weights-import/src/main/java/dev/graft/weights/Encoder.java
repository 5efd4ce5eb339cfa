package dev.graft.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Turns float32 into the types that are written, little-endian. */
final class Encoder {
  private static final int CHUNK = 1 << 16;

  private Encoder() {}

  /** Whether float32 can be turned into that type. */
  static boolean writes(DType dtype) {
    return switch (dtype) {
      case F32, F16, BF16, I32, I64 -> true;
      default -> false;
    };
  }

  /**
   * Writes values as {@code dtype}.
   *
   * @param name the tensor's, for messages
   * @throws IllegalArgumentException if a finite value lies beyond the type's largest, or is none
   *     of an integer type's
   */
  static void write(float[] values, DType dtype, String name, ByteSink sink) throws IOException {
    byte[] bytes = new byte[Math.min(CHUNK, values.length) * dtype.bytes()];
    ByteBuffer chunk = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < values.length; at += CHUNK) {
      int n = Math.min(CHUNK, values.length - at);
      chunk.clear();
      switch (dtype) {
        case F32 -> chunk.asFloatBuffer().put(values, at, n);
        case F16 -> {
          for (int i = 0; i < n; i++) {
            chunk.putShort(half(values[at + i], name));
          }
        }
        case BF16 -> {
          for (int i = 0; i < n; i++) {
            chunk.putShort(brain(values[at + i], name));
          }
        }
        case I32 -> {
          for (int i = 0; i < n; i++) {
            chunk.putInt((int) whole(values[at + i], name));
          }
        }
        case I64 -> {
          for (int i = 0; i < n; i++) {
            chunk.putLong(whole(values[at + i], name));
          }
        }
        default -> throw new IllegalArgumentException("cannot write " + dtype);
      }
      sink.write(bytes, n * dtype.bytes());
    }
  }

  private static short half(float value, String name) {
    short half = Float.floatToFloat16(value);
    if (Float.isFinite(value) && Float.isInfinite(Float.float16ToFloat(half))) {
      throw tooLarge(value, name, "float16's 65504");
    }
    return half;
  }

  /** The upper half of the bits, rounded to nearest, ties to even; not-a-numbers stay such. */
  private static short brain(float value, String name) {
    int bits = Float.floatToIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> 16);
    }
    short brain = (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    if (Float.isFinite(value) && (brain & 0x7fff) == 0x7f80) {
      throw tooLarge(value, name, "bfloat16's 3.39e38");
    }
    return brain;
  }

  private static long whole(float value, String name) {
    if (value != (long) value) {
      throw new IllegalArgumentException(
          "write: \"%s\" holds %s, which is no integer".formatted(name, value));
    }
    return (long) value;
  }

  private static IllegalArgumentException tooLarge(float value, String name, String largest) {
    return new IllegalArgumentException(
        "write: \"%s\" holds %s, beyond %s; write F32".formatted(name, value, largest));
  }
}
