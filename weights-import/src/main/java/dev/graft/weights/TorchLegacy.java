package dev.graft.weights;

import dev.graft.weights.Pickled.PyList;
import dev.graft.weights.Pickled.Tuple;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * torch.save's format before PyTorch 1.6: five pickles in a row (a magic number, the protocol
 * version, the writer's system, the object, the list of storage keys), then for each key in that
 * list's order a 64-bit number of elements and the elements. The file is little-endian on every
 * machine: torch swaps the bytes where it writes on a big-endian one, whatever the system's own
 * {@code little_endian} entry says.
 */
final class TorchLegacy implements WeightFormat {
  /** How 0x1950a86a20f9469cfc6c is pickled: its opcode, its length, its bytes, the pickle's end. */
  private static final byte[] MAGIC = {
    (byte) 0x8a,
    10,
    0x6c,
    (byte) 0xfc,
    (byte) 0x9c,
    0x46,
    (byte) 0xf9,
    0x20,
    0x6a,
    (byte) 0xa8,
    0x50,
    0x19,
    '.'
  };

  /** Every pickle begins with its protocol; from 4 on a frame comes next. */
  private static final int PROTOCOL_SIZE = 2;

  private static final int FRAME_SIZE = 9;

  private static final long VERSION = 1001;

  @Override
  public String name() {
    return "torch legacy";
  }

  @Override
  public boolean matches(FileBytes file) {
    return file.has(0, (byte) 0x80)
        && (file.has(PROTOCOL_SIZE, MAGIC) || file.has(PROTOCOL_SIZE + FRAME_SIZE, MAGIC));
  }

  @Override
  public Contents parse(FileBytes file) throws WeightFormatException {
    return new Parse(file).contents();
  }

  /** The state of reading one file. */
  private static final class Parse {
    private final FileBytes file;
    private final Map<String, Stored> storages = new HashMap<>();
    private long position;

    /** A storage, whose place is known only at the end, and what its persistent ids said of it. */
    private record Stored(TorchStorage storage, TorchStorage.Id id) {}

    Parse(FileBytes file) {
      this.file = file;
    }

    Contents contents() throws WeightFormatException {
      unpickle(); // the magic number
      if (!Long.valueOf(VERSION).equals(unpickle())) {
        throw file.fail("its protocol version is not " + VERSION + ", the only one there is");
      }
      unpickle(); // the writer's system, which says nothing about the file
      Object object = unpickle();
      if (!(unpickle() instanceof PyList keys)) {
        throw file.fail("its list of storages is no list; it looks damaged");
      }
      place(keys);
      return new TorchCheckpoint(file, ByteOrder.LITTLE_ENDIAN).contents(object);
    }

    private Object unpickle() throws WeightFormatException {
      PickleCursor in = new PickleCursor(file, position, file.size());
      Object object = new PickleMachine(in, this::persistent).run();
      position = in.position();
      return object;
    }

    private Object persistent(Object value) throws WeightFormatException {
      // ('module', class, file, source): the class of a pickled module comes with its source code.
      if (value instanceof Tuple module
          && module.items.length == 4
          && "module".equals(module.items[0])) {
        return module.items[1];
      }
      Object parsed = TorchStorage.parse(value, file);
      if (!(parsed instanceof TorchStorage.Id id)) {
        return parsed;
      }
      Stored stored =
          storages.computeIfAbsent(
              id.key(), key -> new Stored(new TorchStorage(id.type().dtype(), id.numel()), id));
      if (stored.id.type() != id.type() || stored.id.numel() != id.numel()) {
        throw file.fail("its storage " + id.key() + " is described in two ways; refused");
      }
      if (id.type().opaque()) {
        return id.marker();
      }
      return id.view() == null ? stored.storage : view(stored.storage, id);
    }

    /** A sixth member, {@code (key, offset, size)}, stands for a part of the storage. */
    private TorchStorage view(TorchStorage whole, TorchStorage.Id id) throws WeightFormatException {
      Object[] view = id.view().items;
      if (view.length != 3
          || !(view[1] instanceof Long offset)
          || !(view[2] instanceof Long size)
          || offset < 0
          || size < 0
          || offset > whole.numel()
          || size > whole.numel() - offset) {
        throw file.fail("its storage " + id.key() + " has a view that reaches outside; refused");
      }
      return whole.view(offset, size);
    }

    private void place(PyList keys) throws WeightFormatException {
      for (Object key : keys.items) {
        Stored stored = key instanceof String name ? storages.get(name) : null;
        if (stored == null || stored.storage.bytes() != null) {
          throw file.fail("its list of storages names one twice, or one that is not used; refused");
        }
        long count = file.i64(position);
        if (count != stored.id.numel()) {
          throw file.fail(
              "its storage %s has %,d elements, where its pickle says %,d; refused"
                  .formatted(key, count, stored.id.numel()));
        }
        position += Long.BYTES;
        stored.storage.place(file.slice(position, stored.id.bytes()));
        position += stored.id.bytes();
      }
      for (Stored stored : storages.values()) {
        if (stored.storage.bytes() == null) {
          throw file.fail("its storage " + stored.id.key() + " is missing; save it again");
        }
      }
    }
  }
}
