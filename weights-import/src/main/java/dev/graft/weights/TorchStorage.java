package dev.graft.weights;

import dev.graft.weights.Pickled.Inert;
import dev.graft.weights.Pickled.Tuple;
import java.lang.foreign.MemorySegment;

/**
 * A run of elements that tensors are views of. Where its bytes lie is known at once in the zip
 * format; in the older one the bytes follow the pickle, so {@link #place} comes later.
 */
final class TorchStorage {
  /** Keys are numbers or addresses in decimal. */
  private static final int LONGEST_KEY = 256;

  /**
   * A storage class, such as {@code torch.FloatStorage}.
   *
   * @param dtype the type of its elements; null for bytes of no type, and where opaque
   * @param itemSize the size of an element in bytes
   * @param opaque whether its elements cannot be read, only stepped over
   */
  record Type(String name, DType dtype, int itemSize, boolean opaque) {}

  /**
   * What a persistent id names.
   *
   * @param numel the number of elements, or of bytes where the storage has no type
   * @param view null, or in the older format a part of the storage: (key, offset, size)
   */
  record Id(Type type, String key, long numel, Tuple view) {
    /** The number of bytes. */
    long bytes() {
      return numel * type.itemSize();
    }

    /** What stands for a storage that cannot be read. */
    Inert marker() {
      return new Inert(type.name(), Inert.Origin.RESULT);
    }
  }

  private final DType dtype;
  private final long numel;
  private final TorchStorage whole;
  private final long first;
  private MemorySegment bytes;

  TorchStorage(DType dtype, long numel) {
    this(dtype, numel, null, 0);
  }

  private TorchStorage(DType dtype, long numel, TorchStorage whole, long first) {
    this.dtype = dtype;
    this.numel = numel;
    this.whole = whole;
    this.first = first;
  }

  /** The part of this storage that begins at element {@code first}. */
  TorchStorage view(long first, long numel) {
    return new TorchStorage(dtype, numel, this, first);
  }

  void place(MemorySegment where) {
    bytes = where;
  }

  /** The type of the elements; null where it has none of its own. */
  DType dtype() {
    return dtype;
  }

  /** The number of elements, or of bytes where it has no type. */
  long numel() {
    return numel;
  }

  /** The elements' bytes, or null before they are placed. */
  MemorySegment bytes() {
    if (whole == null) {
      return bytes;
    }
    int itemSize = dtype == null ? 1 : dtype.bytes();
    return whole.bytes().asSlice(first * itemSize, numel * itemSize);
  }

  /**
   * Reads a persistent id, {@code ('storage', class, key, location, numel)} with a view as its
   * sixth member in the older format. The location ({@code cuda:0}) says nothing about the values.
   *
   * @return the {@link Id}, or an {@link Inert} marker where the storage's class is not known
   */
  static Object parse(Object value, FileBytes file) throws WeightFormatException {
    Object[] id = value instanceof Tuple tuple ? tuple.items : new Object[0];
    if (id.length < 5 || id.length > 6 || !"storage".equals(id[0])) {
      throw file.fail("its pickle refers to something that is no storage; it looks damaged");
    }
    if (id[1] instanceof Inert unknown) {
      return new Inert(unknown.name(), Inert.Origin.RESULT);
    }
    if (!(id[1] instanceof Type type)
        || !(id[2] instanceof String key)
        || !(id[4] instanceof Long numel)) {
      throw file.fail("its pickle describes a storage in a way that is not known");
    }
    if (key.length() > LONGEST_KEY) {
      throw file.fail("its pickle holds a storage key of " + key.length() + " characters");
    }
    if (numel < 0 || numel > file.size()) {
      throw file.fail(
          "storage %s claims %,d elements, more than the whole file could hold"
              .formatted(key, numel));
    }
    Tuple view = id.length == 6 && id[5] instanceof Tuple part ? part : null;
    return new Id(type, key, numel, view);
  }
}
