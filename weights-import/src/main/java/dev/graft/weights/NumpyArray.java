package dev.graft.weights;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of a {@code .npy} file (NumPy enhancement proposal 1, versions 1 to 3): the eight
 * bytes that all begin with, the header's length, and a Python dict with the array's type, order
 * and shape.
 *
 * @param code NumPy's word for the type, such as {@code <f4}
 * @param dtype the type, or null where the elements are no numbers that can be read
 * @param order the byte order of one element
 * @param fortran whether the first dimension is the contiguous one
 * @param shape the dimensions
 * @param data where the elements begin
 */
record NumpyArray(
    String code, DType dtype, ByteOrder order, boolean fortran, long[] shape, long data) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** NumPy itself reads no header over 10,000 bytes unless told to. */
  static final int LONGEST_HEADER = 10_000;

  /** Magic, version and the longer of the two length fields. */
  static final int PREAMBLE = 12;

  private static final Pattern DESCR = Pattern.compile("'descr'\\s*:\\s*'([^']*)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9L,\\s]*)\\)");
  private static final Pattern CODE = Pattern.compile("[<>|=]?[a-zA-Z][0-9]*");

  private static final Map<String, DType> TYPES =
      Map.ofEntries(
          Map.entry("b1", DType.BOOL),
          Map.entry("u1", DType.U8),
          Map.entry("i1", DType.I8),
          Map.entry("u2", DType.U16),
          Map.entry("i2", DType.I16),
          Map.entry("u4", DType.U32),
          Map.entry("i4", DType.I32),
          Map.entry("u8", DType.U64),
          Map.entry("i8", DType.I64),
          Map.entry("f2", DType.F16),
          Map.entry("f4", DType.F32),
          Map.entry("f8", DType.F64));

  static boolean matches(FileBytes file) {
    return file.has(0, MAGIC);
  }

  /** How many bytes the header takes in all, going by the first {@link #PREAMBLE}. */
  static int headerSize(FileBytes file) throws WeightFormatException {
    if (!matches(file)) {
      throw file.fail("is no NumPy array: it does not begin with NUMPY");
    }
    int version = file.u8(6);
    if (version < 1 || version > 3) {
      throw file.fail("is in NumPy's format " + version + ", where 1 to 3 can be read");
    }
    long length = version == 1 ? file.u16(8) : file.u32(8);
    if (length > LONGEST_HEADER) {
      throw file.fail("its NumPy header claims %,d bytes; refused".formatted(length));
    }
    return (version == 1 ? 10 : PREAMBLE) + (int) length;
  }

  /**
   * Reads the header.
   *
   * @throws WeightFormatException if it is not one that NumPy writes, or its array is of a kind
   *     that cannot be read
   */
  static NumpyArray parse(FileBytes file) throws WeightFormatException {
    int size = headerSize(file);
    int start = file.u8(6) == 1 ? 10 : PREAMBLE;
    String text = new String(file.copy(start, size - start), StandardCharsets.UTF_8);
    String order = find(ORDER, text, file);
    long[] shape = shape(find(SHAPE, text, file), file);
    Matcher descr = DESCR.matcher(text);
    String code = descr.find() ? descr.group(1) : "a record";
    DType dtype = null;
    if (CODE.matcher(code).matches()) {
      dtype = TYPES.get(code.replaceFirst("^[<>|=]", ""));
    }
    ByteOrder bytes = code.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    return new NumpyArray(code, dtype, bytes, order.equals("True"), shape, size);
  }

  private static String find(Pattern pattern, String text, FileBytes file)
      throws WeightFormatException {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw file.fail("its NumPy header lacks the shape or the order; it looks damaged");
    }
    return matcher.group(1);
  }

  private static long[] shape(String text, FileBytes file) throws WeightFormatException {
    String[] parts = text.isBlank() ? new String[0] : text.strip().split("\\s*,\\s*");
    if (parts.length > Strided.MAX_RANK) {
      throw file.fail("has " + parts.length + " dimensions");
    }
    long[] shape = new long[parts.length];
    for (int d = 0; d < shape.length; d++) {
      String digits = parts[d].replace("L", ""); // Python 2 wrote long numbers so
      if (!digits.matches("[0-9]{1,18}")) {
        throw file.fail("its NumPy header has a size that is no number; it looks damaged");
      }
      shape[d] = Long.parseLong(digits);
    }
    return shape;
  }

  /** Texts, dates and Python objects: values that are no numbers at all. */
  boolean isNoNumber() {
    return dtype == null && code.matches("[<>|=]?[USOMm].*");
  }

  /**
   * The bytes of all elements.
   *
   * @throws WeightFormatException if the type cannot be read, or a size exceeds any file
   */
  long bytes(String name, FileBytes file) throws WeightFormatException {
    if (isNoNumber()) {
      throw file.fail(
          "array \"%s\" holds texts, dates or Python objects, no numbers".formatted(name));
    }
    if (dtype == null) {
      throw file.fail(
          "array \"%s\" is of NumPy type %s, which is none of b1, i1 to i8, u1 to u8, f2, f4, f8;"
                  .formatted(name, code)
              + " save array.astype(\"float32\")");
    }
    long numel = Strided.numel(shape);
    if (numel < 0 || numel > Long.MAX_VALUE / 8) {
      throw file.fail(
          "array \"%s\" has shape %s, too large for any file"
              .formatted(name, Arrays.toString(shape)));
    }
    return numel * dtype.bytes();
  }

  /** The distances between neighbours, in elements. */
  long[] stride() {
    if (!fortran) {
      return Strided.rowMajor(shape);
    }
    long[] stride = new long[shape.length];
    long next = Strided.numel(shape) > 0 ? 1 : 0;
    for (int d = 0; d < shape.length; d++) {
      stride[d] = next;
      next *= shape[d];
    }
    return stride;
  }
}
