package dev.graft.weights;

import java.nio.charset.StandardCharsets;

/**
 * Walks over the fields of one protobuf message in place (the wire format of Protocol Buffers,
 * versions 2 and 3). Nothing is copied or recursed into unless the caller does.
 */
final class ProtoReader {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  private static final int LONGEST_VARINT = 10;
  private static final int HIGHEST_FIELD = (1 << 29) - 1;

  private final FileBytes file;
  private final long end;
  private long position;
  private int field;
  private int wire;
  private long value;
  private long begin;

  ProtoReader(FileBytes file, long begin, long end) {
    this.file = file;
    this.position = begin;
    this.end = end;
  }

  /** Steps to the next field; false where the message ends. */
  boolean next() throws WeightFormatException {
    if (position == end) {
      return false;
    }
    long key = varint();
    wire = (int) (key & 7);
    if (key >>> 3 == 0 || key >>> 3 > HIGHEST_FIELD) {
      throw damaged();
    }
    field = (int) (key >>> 3);
    begin = position;
    switch (wire) {
      case VARINT -> value = varint();
      case FIXED64 -> value = file.i64(skip(Long.BYTES));
      case FIXED32 -> value = file.u32(skip(Integer.BYTES));
      case BYTES -> {
        long length = varint();
        begin = skip(length);
      }
      default -> throw damaged(); // groups went out of use before ONNX came
    }
    return true;
  }

  /** The current field's number. */
  int field() {
    return field;
  }

  /** How the current field is written: {@link #VARINT}, {@link #BYTES}, … */
  int wire() {
    return wire;
  }

  /** Whether the current field is that one, written in that way. */
  boolean is(int number, int wireType) {
    return field == number && wire == wireType;
  }

  /** The current field's number, where it is no {@link #BYTES}. */
  long value() {
    return value;
  }

  /** Where the current field's bytes begin. */
  long begin() {
    return begin;
  }

  /** Where they end. */
  long end() {
    return position;
  }

  /** The current field's bytes as a message. */
  ProtoReader message() {
    return new ProtoReader(file, begin, position);
  }

  /** The current field's bytes as text. */
  String text(int longest) throws WeightFormatException {
    if (position - begin > longest) {
      throw file.fail("holds a name of %,d bytes; refused".formatted(position - begin));
    }
    byte[] bytes = file.copy(begin, (int) (position - begin));
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Reads one of several numbers that lie packed in this reader's bytes. */
  long varint() throws WeightFormatException {
    long result = 0;
    for (int i = 0; i < LONGEST_VARINT; i++) {
      int b = file.u8(skip(1));
      result |= (long) (b & 0x7f) << 7 * i;
      if (b < 0x80) {
        return result;
      }
    }
    throw damaged();
  }

  /** Whether all of this reader's bytes have been read. */
  boolean atEnd() {
    return position == end;
  }

  private long skip(long length) throws WeightFormatException {
    if (length < 0 || length > end - position) {
      throw file.fail(
          "a part of it claims %,d bytes where %,d are left; it is cut short or damaged"
              .formatted(length, end - position));
    }
    long at = position;
    position += length;
    return at;
  }

  private WeightFormatException damaged() {
    return file.fail(
        "is no well-formed protobuf at byte %,d; it looks damaged".formatted(position));
  }
}
