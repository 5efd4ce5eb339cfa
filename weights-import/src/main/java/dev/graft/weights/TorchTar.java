package dev.graft.weights;

import dev.graft.weights.Pickled.Inert;
import dev.graft.weights.Pickled.PyList;
import dev.graft.weights.Pickled.Tuple;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * torch.save's oldest format, of 2016: a tar archive of {@code storages}, {@code tensors} and
 * {@code pickle}. The first two are pickles and raw numbers by turns, little-endian; the third is
 * the object, whose persistent ids are the tensors' and storages' keys.
 */
final class TorchTar implements WeightFormat {
  @Override
  public String name() {
    return "torch tar";
  }

  @Override
  public boolean matches(FileBytes file) {
    return TarDirectory.matches(file);
  }

  @Override
  public Contents parse(FileBytes file) throws WeightFormatException {
    TarDirectory tar = new TarDirectory(file);
    Parse parse = new Parse(file);
    parse.readStorages(new Reader(file, find(tar, "storages", file)));
    parse.readTensors(new Reader(file, find(tar, "tensors", file)));
    Object object = new Reader(file, find(tar, "pickle", file)).unpickle(parse::persistent);
    return new TorchCheckpoint(file, ByteOrder.LITTLE_ENDIAN).contents(object);
  }

  private static TarDirectory.Extent find(TarDirectory tar, String name, FileBytes file)
      throws WeightFormatException {
    TarDirectory.Extent found = tar.get(name);
    if (found == null) {
      throw file.fail(
          "is a tar archive, but not one of torch.save's: it has no \""
              + name
              + "\"; unpack it and name the weight file inside");
    }
    return found;
  }

  /** Reads pickles and numbers one after another. */
  private static final class Reader {
    private final FileBytes file;
    private final long end;
    private long position;

    Reader(FileBytes file, TarDirectory.Extent extent) {
      this.file = file;
      this.position = extent.begin();
      this.end = extent.begin() + extent.size();
    }

    Object unpickle(PickleMachine.PersistentIds ids) throws WeightFormatException {
      PickleCursor in = new PickleCursor(file, position, end);
      Object object = new PickleMachine(in, ids).run();
      position = in.position();
      return object;
    }

    Object unpickle() throws WeightFormatException {
      return unpickle(id -> {
        throw file.fail("its list of tensors refers to other objects; it looks damaged");
      });
    }

    /** How many things follow; each takes at least a byte. */
    long count() throws WeightFormatException {
      if (!(unpickle() instanceof Long count) || count < 0 || count > end - position) {
        throw file.fail("its number of tensors or storages is none; it looks damaged");
      }
      return count;
    }

    /** A pickled tuple or list of that many members. */
    Object[] members(int count) throws WeightFormatException {
      Object[] items = items(unpickle());
      if (items == null || items.length != count) {
        throw file.fail("describes a tensor or storage in a way that is not known; damaged");
      }
      return items;
    }

    /** Where the next {@code length} bytes begin, which are stepped over. */
    long skip(long length) throws WeightFormatException {
      if (length < 0 || length > end - position) {
        throw file.fail("ends in the middle of a tensor; it is cut short, fetch it again");
      }
      long at = position;
      position += length;
      return at;
    }

    long i64() throws WeightFormatException {
      return file.i64(skip(Long.BYTES));
    }
  }

  private static Object[] items(Object value) {
    return switch (value) {
      case Tuple tuple -> tuple.items;
      case PyList list -> list.items.toArray();
      default -> null;
    };
  }

  /** The storages and tensors by their keys, which in Python are addresses. */
  private static final class Parse {
    private final FileBytes file;
    private final Map<Object, Object> objects = new HashMap<>();

    Parse(FileBytes file) {
      this.file = file;
    }

    void readStorages(Reader in) throws WeightFormatException {
      for (long left = in.count(); left > 0; left--) {
        Object[] storage = in.members(3); // key, location, class
        if (!(storage[2] instanceof TorchStorage.Type type)) {
          String name = storage[2] instanceof Inert unknown ? unknown.name() : "something else";
          throw file.fail("its storage is of class " + name + ", which is not known");
        }
        long numel = in.i64();
        if (numel < 0 || numel > file.size()) {
          throw file.fail("a storage claims %,d elements, more than fit".formatted(numel));
        }
        long bytes = numel * type.itemSize();
        TorchStorage placed = new TorchStorage(type.dtype(), numel);
        placed.place(file.slice(in.skip(bytes), bytes));
        put(storage[0], type.opaque() ? new Inert(type.name(), Inert.Origin.RESULT) : placed);
      }
      if (!(in.unpickle() instanceof PyList views)) {
        throw file.fail("its list of views is no list; it looks damaged");
      }
      for (Object view : views.items) {
        readView(items(view));
      }
    }

    /** (key, key of the whole, offset, size). */
    private void readView(Object[] view) throws WeightFormatException {
      if (view == null
          || view.length != 4
          || !(objects.get(view[1]) instanceof TorchStorage whole)
          || !(view[2] instanceof Long offset)
          || !(view[3] instanceof Long size)
          || offset < 0
          || size < 0
          || offset > whole.numel()
          || size > whole.numel() - offset) {
        throw file.fail("a view of its storages reaches outside, or is none; refused");
      }
      put(view[0], whole.view(offset, size));
    }

    void readTensors(Reader in) throws WeightFormatException {
      for (long left = in.count(); left > 0; left--) {
        Object[] tensor = in.members(3); // key, storage's key, class
        int rank = file.i32(in.skip(Long.BYTES)); // the upper half is not used
        if (rank < 0 || rank > Strided.MAX_RANK) {
          throw file.fail("a tensor has " + rank + " dimensions");
        }
        long[] size = numbers(in, rank);
        long[] stride = numbers(in, rank);
        long offset = in.i64();
        switch (objects.get(tensor[1])) {
          case TorchStorage storage ->
              put(tensor[0], TorchTensor.checked(storage, offset, size, stride, file));
          case Inert unknown -> put(tensor[0], unknown);
          case null, default -> throw file.fail("a tensor's storage is missing; save it again");
        }
      }
    }

    private static long[] numbers(Reader in, int count) throws WeightFormatException {
      long[] numbers = new long[count];
      for (int i = 0; i < count; i++) {
        numbers[i] = in.i64();
      }
      return numbers;
    }

    private void put(Object key, Object value) throws WeightFormatException {
      if (!(key instanceof Long || key instanceof String)
          || objects.put(normal(key), value) != null) {
        throw file.fail("two of its storages or tensors share a key, or one has none; refused");
      }
    }

    /** Keys are numbers, and persistent ids the same numbers, or their digits. */
    private static Object normal(Object key) {
      return key instanceof String text && text.matches("[0-9]{1,18}") ? Long.valueOf(text) : key;
    }

    /** A key, or (class, file, source) for the class of a pickled module. */
    private Object persistent(Object id) throws WeightFormatException {
      if (id instanceof Tuple module && module.items.length == 3) {
        return module.items[0];
      }
      Object found = objects.get(normal(id));
      if (found == null) {
        throw file.fail("its pickle refers to a tensor that is missing; save it again");
      }
      return found;
    }
  }
}
