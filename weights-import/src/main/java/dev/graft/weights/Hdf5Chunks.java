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

  /** Deflate makes what cannot shrink a little longer. */
  private static final int MOST_OVERHEAD = 1024;

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
    long[] chunk = chunk(hdf, entry, rank, dims, Integer.BYTES);
    Hdf5Chunks reader = new Hdf5Chunks(hdf, entry, chunk, filters(object, entry));
    long address = hdf.offset(tree);
    List<Chunk> found = hdf.isUndefined(address) ? List.of() : reader.find(hdf.address(address));
    return reader.pieces(type, found);
  }

  /**
   * As {@link #stored}, of the layout of HDF5 1.10.
   *
   * @param at where its flags stand
   * @return null where the chunks are listed in a way that is not read
   */
  static StoredTensor storedNewer(WeightEntry entry, Hdf5Type type, Hdf5Object object, long at)
      throws WeightFormatException {
    Hdf5File hdf = object.hdf;
    int rank = hdf.file.u8(at + 1);
    int itemSize = hdf.file.u8(at + 2);
    if (itemSize < 1 || itemSize > Long.BYTES) {
      throw fail(hdf, entry, "has chunks of an impossible size; it looks damaged");
    }
    long[] chunk = chunk(hdf, entry, rank, at + 3, itemSize);
    Hdf5Chunks reader = new Hdf5Chunks(hdf, entry, chunk, filters(object, entry));
    long index = at + 3 + (long) rank * itemSize;
    long bytes = Strided.numel(chunk) * entry.dtype().bytes();
    List<Hdf5ChunkIndex.Place> places =
        Hdf5ChunkIndex.read(hdf, hdf.file.u8(at), index, bytes, reader.count());
    if (places == null) {
      return null;
    }
    List<Chunk> found = new ArrayList<>();
    for (int i = 0; i < places.size() && i < reader.count(); i++) {
      Hdf5ChunkIndex.Place place = places.get(i);
      found.add(new Chunk(place.begin(), place.size(), place.without(), reader.first(i)));
    }
    return reader.pieces(type, found);
  }

  /** The number of chunks that the shape takes. */
  private long count() {
    long count = entry.numel() == 0 ? 0 : 1;
    for (int d = 0; d < chunk.length; d++) {
      count *= Math.ceilDiv(shape[d], chunk[d]);
    }
    return count;
  }

  /** Where in the dataset the chunk of that number begins. */
  private long[] first(long number) {
    long[] first = new long[shape.length];
    long left = number;
    for (int d = shape.length - 1; d >= 0; d--) {
      long along = Math.ceilDiv(shape[d], chunk[d]);
      first[d] = left % along * chunk[d];
      left /= along;
    }
    return first;
  }

  private StoredTensor pieces(Hdf5Type type, List<Chunk> found) throws WeightFormatException {
    if (found.size() != count()) {
      throw fail(
          "has %,d chunks, where its shape takes %,d; it was never filled, or is damaged"
              .formatted(found.size(), count()));
    }
    return new Pieces(entry, this, type, found);
  }

  /** The shape of the chunks, checked: their dimensions stand at {@code dims}. */
  private static long[] chunk(Hdf5File hdf, WeightEntry entry, int rank, long dims, int itemSize)
      throws WeightFormatException {
    long[] chunk = new long[entry.shape().length];
    if (rank != chunk.length + 1
        || hdf.file.unsigned(dims + (long) itemSize * chunk.length, itemSize)
            != entry.dtype().bytes()) {
      throw fail(hdf, entry, "has chunks of another rank than its own; it looks damaged");
    }
    long bytes = entry.dtype().bytes();
    for (int d = 0; d < chunk.length; d++) {
      chunk[d] = hdf.file.unsigned(dims + (long) itemSize * d, itemSize);
      if (chunk[d] < 1 || chunk[d] > LARGEST / bytes) {
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
    return chunk;
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
    if (next.size > length + length / 64 + MOST_OVERHEAD) {
      throw fail("has a chunk of %,d bytes, where %,d are due".formatted(next.size, length));
    }
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
