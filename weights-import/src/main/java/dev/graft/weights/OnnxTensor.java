package dev.graft.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One TensorProto. Its values lie in {@code raw_data}, in a file beside the model, or in the
 * repeated field of their type, which protobuf packs into one piece or leaves scattered.
 */
final class OnnxTensor {
  private static final int DIMS = 1;
  private static final int DATA_TYPE = 2;
  private static final int FLOAT_DATA = 4;
  private static final int INT32_DATA = 5;
  private static final int INT64_DATA = 7;
  private static final int NAME = 8;
  private static final int RAW_DATA = 9;
  private static final int DOUBLE_DATA = 10;
  private static final int UINT64_DATA = 11;
  private static final int EXTERNAL_DATA = 13;
  private static final int DATA_LOCATION = 14;

  private static final int STRINGS = 8;
  private static final int LONGEST_NAME = 1 << 16;

  /** ONNX's numbers for the types, and the field that their values have of their own. */
  private enum Type {
    FLOAT(1, DType.F32, FLOAT_DATA),
    UINT8(2, DType.U8, INT32_DATA),
    INT8(3, DType.I8, INT32_DATA),
    UINT16(4, DType.U16, INT32_DATA),
    INT16(5, DType.I16, INT32_DATA),
    INT32(6, DType.I32, INT32_DATA),
    INT64(7, DType.I64, INT64_DATA),
    BOOL(9, DType.BOOL, INT32_DATA),
    FLOAT16(10, DType.F16, INT32_DATA),
    DOUBLE(11, DType.F64, DOUBLE_DATA),
    UINT32(12, DType.U32, UINT64_DATA),
    UINT64(13, DType.U64, UINT64_DATA),
    BFLOAT16(16, DType.BF16, INT32_DATA),
    FLOAT8E4M3FN(17, DType.F8_E4M3, INT32_DATA),
    FLOAT8E5M2(19, DType.F8_E5M2, INT32_DATA);

    private final int code;
    private final DType dtype;
    private final int field;

    Type(int code, DType dtype, int field) {
      this.code = code;
      this.dtype = dtype;
      this.field = field;
    }
  }

  private final FileBytes file;
  private final List<Long> dims = new ArrayList<>();
  private final List<Piece> pieces = new ArrayList<>();
  private final Map<String, String> external = new LinkedHashMap<>();
  private String name = "";
  private long type;
  private Piece raw;
  private boolean outside;

  /** A run of values of one of the repeated fields, or a single one of them. */
  private record Piece(int field, int wire, long begin, long end) {}

  private OnnxTensor(FileBytes file) {
    this.file = file;
  }

  static OnnxTensor parse(ProtoReader in, FileBytes file) throws WeightFormatException {
    OnnxTensor tensor = new OnnxTensor(file);
    while (in.next()) {
      tensor.readField(in);
    }
    if (tensor.dims.size() > Strided.MAX_RANK) {
      throw tensor.fail("has " + tensor.dims.size() + " dimensions");
    }
    return tensor;
  }

  private void readField(ProtoReader in) throws WeightFormatException {
    switch (in.field()) {
      case DIMS -> readDims(in);
      case DATA_TYPE -> type = in.value();
      case NAME -> name = in.text(LONGEST_NAME);
      case RAW_DATA -> raw = new Piece(RAW_DATA, in.wire(), in.begin(), in.end());
      case FLOAT_DATA, INT32_DATA, INT64_DATA, DOUBLE_DATA, UINT64_DATA -> {
        if (in.end() > in.begin()) {
          pieces.add(new Piece(in.field(), in.wire(), in.begin(), in.end()));
        }
      }
      case EXTERNAL_DATA -> readEntry(in.message());
      case DATA_LOCATION -> outside = in.value() == 1;
      default -> {
        // the segment and the documentation say nothing about the values
      }
    }
  }

  private void readDims(ProtoReader in) throws WeightFormatException {
    if (in.wire() != ProtoReader.BYTES) {
      dims.add(in.value());
      return;
    }
    ProtoReader packed = in.message();
    while (!packed.atEnd() && dims.size() <= Strided.MAX_RANK) {
      dims.add(packed.varint());
    }
  }

  private void readEntry(ProtoReader in) throws WeightFormatException {
    String key = "";
    String value = "";
    while (in.next()) {
      if (in.is(1, ProtoReader.BYTES)) {
        key = in.text(LONGEST_NAME);
      } else if (in.is(2, ProtoReader.BYTES)) {
        value = in.text(LONGEST_NAME);
      }
    }
    external.put(key, value);
  }

  String name() {
    return name;
  }

  /** Whether its elements are texts. */
  boolean isText() {
    return type == STRINGS;
  }

  /** The tensor with its values, its sizes checked. */
  StoredTensor stored() throws IOException {
    Type found = null;
    for (Type candidate : Type.values()) {
      found = candidate.code == type ? candidate : found;
    }
    if (found == null) {
      throw fail("is of ONNX type %d, which is not read; cast it to float32".formatted(type));
    }
    long[] shape = dims.stream().mapToLong(Long::longValue).toArray();
    long numel = Strided.numel(shape);
    if (numel < 0 || numel > Long.MAX_VALUE / 8) {
      throw fail("has shape %s, too large for any file".formatted(dims));
    }
    WeightEntry entry = new WeightEntry(name, found.dtype, shape);
    if (outside) {
      return mapped(entry, externalBytes(numel * found.dtype.bytes()));
    }
    if (raw != null) {
      return mapped(entry, file.slice(raw.begin, raw.end - raw.begin));
    }
    return repeated(entry, found);
  }

  private StoredTensor mapped(WeightEntry entry, MemorySegment bytes) throws WeightFormatException {
    if (bytes.byteSize() != entry.bytes()) {
      throw fail(
          "has shape %s of %s, which does not make its %,d bytes; it looks damaged"
              .formatted(Arrays.toString(entry.shape()), entry.dtype(), bytes.byteSize()));
    }
    return new StoredTensor.Mapped(
        entry, bytes, ByteOrder.LITTLE_ENDIAN, 0, Strided.rowMajor(entry.shape()));
  }

  /**
   * Values in a field of their own. Packed floats and doubles lie as they would in raw_data; the
   * rest is gathered when it is asked for.
   */
  private StoredTensor repeated(WeightEntry entry, Type its) throws WeightFormatException {
    long count = 0;
    for (Piece piece : pieces) {
      if (piece.field != its.field) {
        throw fail("has values of another type than its own; it looks damaged");
      }
      count += count(piece);
    }
    if (count != entry.numel()) {
      throw fail(
          "has shape %s and %,d values; it looks damaged"
              .formatted(Arrays.toString(entry.shape()), count));
    }
    boolean whole = pieces.size() == 1 && pieces.getFirst().wire == ProtoReader.BYTES;
    if (whole && (its.field == FLOAT_DATA || its.field == DOUBLE_DATA)) {
      Piece piece = pieces.getFirst();
      return mapped(entry, file.slice(piece.begin, piece.end - piece.begin));
    }
    if (entry.bytes() > Integer.MAX_VALUE - 8) {
      throw fail(
          "has %,d bytes as single numbers, too many; export it with raw data"
              .formatted(entry.bytes()));
    }
    return new Gathered(entry, its.field, List.copyOf(pieces), file);
  }

  private long count(Piece piece) throws WeightFormatException {
    boolean fixed = piece.field == FLOAT_DATA || piece.field == DOUBLE_DATA;
    int itemSize = piece.field == FLOAT_DATA ? Float.BYTES : Double.BYTES;
    if (piece.wire != ProtoReader.BYTES) {
      boolean fits = fixed ? piece.end - piece.begin == itemSize : piece.wire == ProtoReader.VARINT;
      if (!fits) {
        throw fail("has a value of the wrong size; it looks damaged");
      }
      return 1;
    }
    if (fixed) {
      if ((piece.end - piece.begin) % itemSize != 0) {
        throw fail("has values of the wrong size; it looks damaged");
      }
      return (piece.end - piece.begin) / itemSize;
    }
    long count = 0;
    ProtoReader in = new ProtoReader(file, piece.begin, piece.end);
    while (!in.atEnd()) {
      in.varint();
      count++;
    }
    return count;
  }

  /** The part of a file beside the model that holds the values. */
  private MemorySegment externalBytes(long length) throws IOException {
    FileBytes data = file.open(beside(external.getOrDefault("location", "")));
    long offset = number("offset", 0);
    long claimed = number("length", length);
    if (claimed != length) {
      throw fail(
          "takes %,d bytes, where its entry says %,d; it looks damaged".formatted(length, claimed));
    }
    if (offset > data.size() - length) {
      throw data.fail(
          "ends after %,d bytes, where tensor \"%s\" needs %,d from %,d on; fetch it again"
              .formatted(data.size(), name, length, offset));
    }
    return data.slice(offset, length);
  }

  private long number(String key, long otherwise) throws WeightFormatException {
    String text = external.get(key);
    if (text == null || text.isEmpty()) {
      return otherwise;
    }
    if (!text.matches("[0-9]{1,18}")) {
      throw fail("has an " + key + " that is no number: \"" + text + "\"");
    }
    return Long.parseLong(text);
  }

  /** The file of that name, which lies in the model's folder or below it, links included. */
  private Path beside(String location) throws IOException {
    if (file.path() == null) {
      throw fail("lies in another file, \"" + location + "\"; open the model by its path");
    }
    Path folder = file.path().toAbsolutePath().getParent().toRealPath();
    Path inside;
    try {
      inside = folder.resolve(location).normalize();
    } catch (InvalidPathException e) {
      inside = folder;
    }
    boolean escapes = location.isEmpty() || inside.equals(folder) || !inside.startsWith(folder);
    if (!escapes && Files.exists(inside)) {
      escapes = !inside.toRealPath().startsWith(folder);
    }
    if (escapes) {
      throw fail(
          "lies in the file \"" + location + "\", which is not in the model's folder; refused");
    }
    return inside;
  }

  private WeightFormatException fail(String problem) {
    return file.fail("tensor \"" + name + "\" " + problem);
  }

  /** Values that are scattered, or written as numbers of varying length. */
  private record Gathered(WeightEntry entry, int field, List<Piece> pieces, FileBytes file)
      implements StoredTensor {
    @Override
    public Mapped mapped() throws WeightFormatException {
      int itemSize = entry.dtype().bytes();
      ByteBuffer out =
          ByteBuffer.allocate(Math.toIntExact(entry.bytes())).order(ByteOrder.LITTLE_ENDIAN);
      for (Piece piece : pieces) {
        ProtoReader in = new ProtoReader(file, piece.begin, piece.end);
        boolean fixed = field == FLOAT_DATA || field == DOUBLE_DATA;
        for (long at = piece.begin; fixed && at < piece.end; at += itemSize) {
          put(out, file.unsigned(at, itemSize));
        }
        while (!fixed && !in.atEnd()) {
          put(out, in.varint());
        }
      }
      return new Mapped(
          entry,
          MemorySegment.ofArray(out.array()),
          ByteOrder.LITTLE_ENDIAN,
          0,
          Strided.rowMajor(entry.shape()));
    }

    private void put(ByteBuffer out, long value) {
      switch (entry.dtype().bytes()) {
        case 1 -> out.put((byte) value);
        case 2 -> out.putShort((short) value);
        case 4 -> out.putInt((int) value);
        default -> out.putLong(value);
      }
    }
  }
}
