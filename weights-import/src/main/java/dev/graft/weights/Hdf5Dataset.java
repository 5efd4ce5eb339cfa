package dev.graft.weights;

import java.util.Arrays;

/** A dataset: elements of one type, in one piece or in chunks. */
final class Hdf5Dataset {
  private static final int COMPACT = 0;
  private static final int CONTIGUOUS = 1;
  private static final int CHUNKED = 2;

  private final Hdf5Object object;
  private final Hdf5File hdf;
  private final String name;

  private Hdf5Dataset(Hdf5Object object, String name) {
    this.object = object;
    this.hdf = object.hdf;
    this.name = name;
  }

  /** Whether the object is a dataset. */
  static boolean is(Hdf5Object object) {
    return object.find(Hdf5Object.LAYOUT) != null;
  }

  /**
   * The dataset as a tensor, or null where its elements are texts or there are none.
   *
   * @param name what to call it
   */
  static StoredTensor stored(Hdf5Object object, String name) throws WeightFormatException {
    return new Hdf5Dataset(object, name).stored();
  }

  private StoredTensor stored() throws WeightFormatException {
    Hdf5Object.Message space = message(Hdf5Object.DATASPACE, "shape");
    Hdf5Object.Message type = message(Hdf5Object.DATATYPE, "type");
    Hdf5Object.Message layout = message(Hdf5Object.LAYOUT, "place");
    Hdf5Type its = Hdf5Type.parse(hdf, type.begin(), type.begin() + type.size());
    Hdf5Space shape = Hdf5Space.parse(hdf, space.begin(), space.begin() + space.size());
    if (its.text() != Hdf5Type.Text.NONE || shape.empty()) {
      return null;
    }
    if (its.dtype() == null) {
      throw fail(
          "has elements of type %s, which are not read; save it as float32".formatted(its.name()));
    }
    long numel = shape.numel();
    if (numel < 0 || numel > Long.MAX_VALUE / 8) {
      throw fail("has shape %s, too large for any file".formatted(Arrays.toString(shape.dims())));
    }
    WeightEntry entry = new WeightEntry(name, its.dtype(), shape.dims());
    return place(entry, its, layout);
  }

  private StoredTensor place(WeightEntry entry, Hdf5Type type, Hdf5Object.Message layout)
      throws WeightFormatException {
    int version = hdf.file.u8(layout.begin());
    int kind = hdf.file.u8(layout.begin() + (version < 3 ? 2 : 1));
    StoredTensor newer = null;
    if (version == 4 && kind == CHUNKED) {
      newer = Hdf5Chunks.storedNewer(entry, type, object, layout.begin() + 2);
    }
    if (version < 1 || version > 4 || version == 4 && kind > CONTIGUOUS && newer == null) {
      throw fail(
          "is laid out in a way of HDF5 1.10 that is not read; save it with libver='earliest'");
    }
    if (newer != null) {
      return newer;
    }
    long at = layout.begin() + 2;
    if (version < 3) {
      int rank = hdf.file.u8(layout.begin() + 1);
      at = layout.begin() + 8;
      if (kind == COMPACT) {
        long data = at + 4L * rank;
        return inPlace(entry, type, data + 4, hdf.file.u32(data));
      }
      return kind == CONTIGUOUS
          ? contiguous(entry, type, at, entry.bytes())
          : Hdf5Chunks.stored(entry, type, object, rank, at, at + hdf.offsetSize());
    }
    return switch (kind) {
      case COMPACT -> inPlace(entry, type, at + 2, hdf.file.u16(at));
      case CONTIGUOUS -> contiguous(entry, type, at, hdf.length(at + hdf.offsetSize()));
      case CHUNKED ->
          Hdf5Chunks.stored(
              entry, type, object, hdf.file.u8(at), at + 1, at + 1 + hdf.offsetSize());
      default -> throw fail("is laid out in a way that is not known; it looks damaged");
    };
  }

  private StoredTensor contiguous(WeightEntry entry, Hdf5Type type, long at, long bytes)
      throws WeightFormatException {
    long address = hdf.offset(at);
    if (hdf.isUndefined(address)) {
      if (entry.numel() == 0) {
        return inPlace(entry, type, 0, 0);
      }
      throw fail("was made, but never filled with values");
    }
    return inPlace(entry, type, bytes == 0 ? 0 : hdf.address(address), bytes);
  }

  private StoredTensor inPlace(WeightEntry entry, Hdf5Type type, long begin, long bytes)
      throws WeightFormatException {
    if (bytes != entry.bytes()) {
      throw fail(
          "has shape %s of %s, which does not make its %,d bytes; it looks damaged"
              .formatted(Arrays.toString(entry.shape()), entry.dtype(), bytes));
    }
    return new StoredTensor.Mapped(
        entry, hdf.file.slice(begin, bytes), type.order(), 0, Strided.rowMajor(entry.shape()));
  }

  private Hdf5Object.Message message(int type, String what) throws WeightFormatException {
    Hdf5Object.Message message = object.find(type);
    if (message == null || message.size() < 4) {
      throw fail("has no " + what + "; it looks damaged");
    }
    if (message.shared()) {
      throw fail("shares its " + what + " with others, which is not read; save it again");
    }
    return message;
  }

  private WeightFormatException fail(String problem) {
    return hdf.fail("dataset \"" + name + "\" " + problem);
  }
}
