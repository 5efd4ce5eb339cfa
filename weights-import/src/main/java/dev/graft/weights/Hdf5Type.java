package dev.graft.weights;

import java.nio.ByteOrder;

/**
 * The type of a dataset's or an attribute's elements.
 *
 * @param dtype the number type; null for texts and what cannot be read
 * @param size bytes of one element
 * @param order the byte order of one element
 * @param text whether it is text, and if so of what kind
 * @param name what to call it in a message
 */
record Hdf5Type(DType dtype, int size, ByteOrder order, Text text, String name) {
  /** Kinds of text. */
  enum Text {
    NONE,
    /** So many bytes for each, padded. */
    FIXED,
    /** A length and a place in a heap. */
    VARIABLE
  }

  private static final int FIXED_POINT = 0;
  private static final int FLOATING_POINT = 1;
  private static final int STRING = 3;
  private static final int ENUM = 8;
  private static final int VARIABLE_LENGTH = 9;

  private static final String[] CLASSES = {
    "integer",
    "float",
    "time",
    "text",
    "bit field",
    "opaque",
    "compound",
    "reference",
    "enum",
    "variable-length",
    "array"
  };

  /** Reads a datatype message that begins at {@code at} and ends before {@code end}. */
  static Hdf5Type parse(Hdf5File hdf, long at, long end) throws WeightFormatException {
    if (end - at < 8) {
      throw hdf.fail("has a type that does not fit into its header; it looks damaged");
    }
    int kind = hdf.file.u8(at) & 15;
    long bits = hdf.file.unsigned(at + 1, 3);
    long size = hdf.file.u32(at + 4);
    if (size > Integer.MAX_VALUE - 8) {
      throw hdf.fail("has a type of %,d bytes; refused".formatted(size));
    }
    ByteOrder order = (bits & 1) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    boolean whole = end - at >= 12 && hdf.file.u16(at + 8) == 0;
    int precision = end - at >= 12 ? hdf.file.u16(at + 10) : 0;
    DType dtype =
        switch (kind) {
          case FIXED_POINT ->
              whole && precision == 8 * size ? integer(size, (bits & 8) != 0) : null;
          case FLOATING_POINT -> whole ? floating(hdf, at, end, (int) size, precision) : null;
          case ENUM -> isBool(hdf, at, end, (int) size) ? DType.BOOL : null;
          default -> null;
        };
    Text text =
        kind == STRING
            ? Text.FIXED
            : kind == VARIABLE_LENGTH && (bits & 15) == 1 ? Text.VARIABLE : Text.NONE;
    String name = kind < CLASSES.length ? CLASSES[kind] : "class " + kind;
    return new Hdf5Type(dtype, (int) size, order, text, name + " of " + size + " bytes");
  }

  private static DType integer(long size, boolean signed) {
    return switch ((int) size) {
      case 1 -> signed ? DType.I8 : DType.U8;
      case 2 -> signed ? DType.I16 : DType.U16;
      case 4 -> signed ? DType.I32 : DType.U32;
      case 8 -> signed ? DType.I64 : DType.U64;
      default -> null;
    };
  }

  /** The IEEE formats, and bfloat16, told apart by where the exponent lies. */
  private static DType floating(Hdf5File hdf, long at, long end, int size, int precision)
      throws WeightFormatException {
    if (end - at < 20 || precision != 8 * size) {
      return null;
    }
    int exponent = hdf.file.u8(at + 13);
    int mantissa = hdf.file.u8(at + 15);
    return switch (size) {
      case 2 ->
          exponent == 5 && mantissa == 10
              ? DType.F16
              : exponent == 8 && mantissa == 7 ? DType.BF16 : null;
      case 4 -> exponent == 8 && mantissa == 23 ? DType.F32 : null;
      case 8 -> exponent == 11 && mantissa == 52 ? DType.F64 : null;
      default -> null;
    };
  }

  /** h5py writes booleans as one-byte enums of FALSE and TRUE. */
  private static boolean isBool(Hdf5File hdf, long at, long end, int size)
      throws WeightFormatException {
    int members = (int) hdf.file.unsigned(at + 1, 2);
    long names = at + 8 + 12; // behind the integer type that it is made of
    return size == 1
        && members == 2
        && end - names >= 5
        && hdf.file.has(names, (byte) 'F', (byte) 'A', (byte) 'L', (byte) 'S', (byte) 'E');
  }
}
