package dev.graft.weights;

import java.util.HashMap;
import java.util.Map;

/**
 * The element types that weight files hold, under safetensors' names. Reading turns every one of
 * them into float32; see {@link Decoder} for how.
 */
public enum DType {
  /** One byte; 0 is false, anything else true. */
  BOOL(1),
  /** Unsigned byte. */
  U8(1),
  /** Signed byte. */
  I8(1),
  /** 16-bit signed integer. */
  I16(2),
  /** 16-bit unsigned integer. */
  U16(2),
  /** 32-bit signed integer. */
  I32(4),
  /** 32-bit unsigned integer. */
  U32(4),
  /** 64-bit signed integer. */
  I64(8),
  /** 64-bit unsigned integer. */
  U64(8),
  /** 8-bit float, 4 bits of exponent, 3 of mantissa, no infinities (Micikevicius et al. 2022). */
  F8_E4M3(1),
  /** 8-bit float, 5 bits of exponent, 2 of mantissa (Micikevicius et al. 2022). */
  F8_E5M2(1),
  /** IEEE 754 half precision. */
  F16(2),
  /** The upper half of a float32 (bfloat16). */
  BF16(2),
  /** IEEE 754 single precision. */
  F32(4),
  /** IEEE 754 double precision. */
  F64(8);

  private static final Map<String, DType> BY_NAME = new HashMap<>();

  static {
    for (DType dtype : values()) {
      BY_NAME.put(dtype.name(), dtype);
    }
  }

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** The size of one element in bytes: 1, 2, 4 or 8. */
  public int bytes() {
    return bytes;
  }

  /** The type of that name in a safetensors header, or null where there is none. */
  static DType ofName(String name) {
    return BY_NAME.get(name);
  }
}
