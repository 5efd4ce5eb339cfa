package dev.graft.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A dataset in chunks of equal shape, as h5py writes it where it compresses: each chunk by itself,
 * shuffled (all first bytes, then all second bytes, …) and deflated.
 */
final class Hdf5Chunks {
  private static final byte[] TREE = {'T', 'R', 'E', 'E'};

  private static final int DEFLATE = 1;
  private static final int SHUFFLE = 2;
  private static final int FLETCHER32 = 3;
  private static final int CHECKSUM = 4;

  /** As for zip archives: so much may a byte of the file become, and so much is free. */
  private static final int BYTES_PER_BYTE = 16;

  private static final int FREE = 1 << 16;
  private static final int LARGEST = Integer.MAX_VALUE - 8;

  /** A chunk's place in the file and in the dataset, and the filters that it went without. */
  private record Chunk(long begin, long size, long without, long[] first) {}

  private final Hdf5File hdf;
  private final WeightEntry entry;
  private final long[] shape;
  private final long[] chunk;
  private final List<Integer> filters;

  private Hdf5Chunks(Hdf5File hdf, WeightEntry entry, long[] chunk, List<Integer> filters) {
    this.hdf = hdf;
    this.entry = entry;
    this.shape = entry.shape();
    this.chunk = chunk;
    this.filters = filters;
  }

  /**
   * A tensor whose chunks are put together when it is asked for.
   *
   * @param rank the number of the chunks' dimensions, of which the last is the size of an element
   * @param tree where the address of the tree of chunks stands
   * @param dims where the chunks' dimensions stand
   */
  static StoredTensor stored(
      WeightEntry entry, Hdf5Type type, Hdf5Object object, int rank, long tree, long dims)
      throws WeightFormatException {
    Hdf5File hdf = object.hdf;
    long[] chunk = new long[entry.shape().length];
    if (rank != chunk.length + 1
        || hdf.file.u32(dims + 4L * chunk.length) != entry.dtype().bytes()) {
      throw fail(hdf, entry, "has chunks of another rank than its own; it looks damaged");
    }
    long bytes = entry.dtype().bytes();
    for (int d = 0; d < chunk.length; d++) {
      chunk[d] = hdf.file.u32(dims + 4L * d);
      if (chunk[d] == 0 || chunk[d] > LARGEST / bytes) {
        throw fail(hdf, entry, "has chunks of an impossible size; it looks damaged");
      }
      bytes *= chunk[d];
    }
    long most = FREE + BYTES_PER_BYTE * hdf.file.size();
    if (bytes > most || entry.bytes() > Math.min(most, LARGEST)) {
      throw fail(
          hdf,
          entry,
          "would decompress to %,d bytes; refused. If it is yours, save it uncompressed"
              .formatted(entry.bytes()));
    }
    Hdf5Chunks reader = new Hdf5Chunks(hdf, entry, chunk, filters(object, entry));
    long address = hdf.offset(tree);
    List<Chunk> found = hdf.isUndefined(address) ? List.of() : reader.find(hdf.address(address));
    long expected = entry.numel() == 0 ? 0 : 1;
    for (int d = 0; d < chunk.length; d++) {
      expected *= Math.ceilDiv(reader.shape[d], chunk[d]);
    }
    if (found.size() != expected) {
      throw fail(
          hdf,
          entry,
          "has %,d chunks, where its shape takes %,d; it was never filled, or is damaged"
              .formatted(found.size(), expected));
    }
    return new Pieces(entry, reader, type, found);
  }

  private record Pieces(WeightEntry entry, Hdf5Chunks reader, Hdf5Type type, List<Chunk> chunks)
      implements StoredTensor {
    @Override
    public Mapped mapped() throws WeightFormatException {
      MemorySegment bytes = MemorySegment.ofArray(reader.assemble(chunks));
      return new Mapped(entry, bytes, type.order(), 0, Strided.rowMajor(entry.shape()));
    }
  }

  /** The filters in the order in which they were applied. */
  private static List<Integer> filters(Hdf5Object object, WeightEntry entry)
      throws WeightFormatException {
    Hdf5Object.Message message = object.find(Hdf5Object.FILTERS);
    List<Integer> filters = new ArrayList<>();
    if (message == null) {
      return filters;
    }
    FileBytes file = object.hdf.file;
    int version = file.u8(message.begin());
    int count = file.u8(message.begin() + 1);
    long at = message.begin() + (version == 1 ? 8 : 2);
    for (int i = 0; i < count; i++) {
      int id = file.u16(at);
      boolean named = version == 1 || id >= 256;
      int nameLength = named ? file.u16(at + 2) : 0;
      at += named ? 4 : 2;
      int values = file.u16(at + 2);
      at += 4L + (version == 1 ? Math.ceilDiv(nameLength, 8) * 8 : nameLength) + 4L * values;
      at += version == 1 && values % 2 != 0 ? 4 : 0;
      if (id != DEFLATE && id != SHUFFLE && id != FLETCHER32) {
        throw fail(
            object.hdf, entry, "is compressed by filter " + id + ", which is not read; use gzip");
      }
      filters.add(id);
    }
    return filters;
  }

  private List<Chunk> find(long root) throws WeightFormatException {
    List<Chunk> found = new ArrayList<>();
    Set<String> places = new HashSet<>();
    Set<Long> seen = new HashSet<>();
    Deque<Long> nodes = new ArrayDeque<>();
    nodes.push(root);
    long keySize = 8 + 8L * (shape.length + 1);
    while (!nodes.isEmpty()) {
      long at = nodes.pop();
      hdf.require(at, TREE, "tree");
      if (!seen.add(at) || hdf.file.u8(at + 4) != 1) {
        throw fail("has a tree of chunks that leads back to itself; refused");
      }
      int level = hdf.file.u8(at + 5);
      int entries = hdf.file.u16(at + 6);
      long key = at + 8 + 2L * hdf.offsetSize();
      hdf.charge(64L + entries * (128 + 16L * shape.length));
      for (int i = 0; i < entries; i++, key += keySize + hdf.offsetSize()) {
        long address = hdf.address(hdf.offset(key + keySize));
        if (level > 0) {
          nodes.push(address);
          continue;
        }
        Chunk next = chunk(key, address);
        if (!places.add(Arrays.toString(next.first))) {
          throw fail("has two chunks in one place; refused");
        }
        found.add(next);
      }
    }
    return found;
  }

  private Chunk chunk(long key, long address) throws WeightFormatException {
    long size = hdf.file.u32(key);
    long[] first = new long[shape.length];
    for (int d = 0; d < first.length; d++) {
      first[d] = hdf.file.i64(key + 8 + 8L * d);
      if (first[d] < 0 || first[d] >= shape[d] || first[d] % chunk[d] != 0) {
        throw fail("has a chunk outside of its shape; it looks damaged");
      }
    }
    if (size > hdf.file.size() - address) {
      throw fail("has a chunk that does not fit into the file; it is cut short or damaged");
    }
    return new Chunk(address, size, hdf.file.u32(key + 4), first);
  }

  private byte[] assemble(List<Chunk> chunks) throws WeightFormatException {
    int itemSize = entry.dtype().bytes();
    byte[] whole = new byte[(int) entry.bytes()];
    int chunkBytes = (int) Strided.numel(chunk) * itemSize;
    for (Chunk next : chunks) {
      byte[] bytes = decode(next, chunkBytes);
      copy(bytes, next.first, whole, itemSize);
    }
    return whole;
  }

  /** Copies what lies inside the shape, run by run along the last dimension. */
  private void copy(byte[] bytes, long[] first, byte[] whole, int itemSize) {
    int rank = shape.length;
    if (rank == 0) {
      System.arraycopy(bytes, 0, whole, 0, itemSize);
      return;
    }
    int run = (int) Math.min(chunk[rank - 1], shape[rank - 1] - first[rank - 1]) * itemSize;
    long[] index = new long[rank - 1];
    while (true) {
      long from = 0;
      long to = 0;
      for (int d = 0; d < rank - 1; d++) {
        from = from * chunk[d] + index[d];
        to = to * shape[d] + first[d] + index[d];
      }
      from *= chunk[rank - 1] * itemSize;
      to = (to * shape[rank - 1] + first[rank - 1]) * itemSize;
      System.arraycopy(bytes, (int) from, whole, (int) to, run);
      int d = rank - 2;
      while (d >= 0 && ++index[d] == Math.min(chunk[d], shape[d] - first[d])) {
        index[d--] = 0;
      }
      if (d < 0) {
        return;
      }
    }
  }

  private byte[] decode(Chunk next, int length) throws WeightFormatException {
    byte[] bytes = hdf.file.slice(next.begin, next.size).toArray(ValueLayout.JAVA_BYTE);
    for (int i = filters.size() - 1; i >= 0; i--) {
      if ((next.without >>> i & 1) == 0) {
        bytes =
            switch (filters.get(i)) {
              case DEFLATE -> inflate(bytes, length + CHECKSUM);
              case SHUFFLE -> unshuffle(bytes);
              default -> Arrays.copyOf(bytes, Math.max(0, bytes.length - CHECKSUM));
            };
      }
    }
    if (bytes.length != length) {
      throw fail(
          "has a chunk of %,d bytes, where %,d are due; it looks damaged"
              .formatted(bytes.length, length));
    }
    return bytes;
  }

  private byte[] inflate(byte[] bytes, int most) throws WeightFormatException {
    byte[] out = new byte[most];
    int done = 0;
    try (Inflater inflater = new Inflater()) {
      inflater.setInput(bytes);
      int more;
      while (done < most && (more = inflater.inflate(out, done, most - done)) > 0) {
        done += more;
      }
    } catch (DataFormatException e) {
      throw new WeightFormatException(
          hdf.file.name(), "dataset \"" + entry.name() + "\" does not decompress; damaged", e);
    }
    return Arrays.copyOf(out, done);
  }

  private byte[] unshuffle(byte[] bytes) {
    int itemSize = entry.dtype().bytes();
    int items = bytes.length / itemSize;
    byte[] out = bytes.clone();
    for (int i = 0; i < items; i++) {
      for (int b = 0; b < itemSize; b++) {
        out[i * itemSize + b] = bytes[b * items + i];
      }
    }
    return out;
  }

  private WeightFormatException fail(String problem) {
    return fail(hdf, entry, problem);
  }

  private static WeightFormatException fail(Hdf5File hdf, WeightEntry entry, String problem) {
    return hdf.fail("dataset \"" + entry.name() + "\" " + problem);
  }
}
