package dev.graft.weights;

import java.util.ArrayList;
import java.util.List;

/**
 * Where the chunks of a dataset lie that HDF5 1.10 and newer laid out: one chunk, chunks in a row,
 * or a table of their places ("fixed array"). Those that may grow are not read.
 */
final class Hdf5ChunkIndex {
  private static final byte[] HEADER = {'F', 'A', 'H', 'D'};
  private static final byte[] BLOCK = {'F', 'A', 'D', 'B'};

  private static final int SINGLE = 1;
  private static final int IMPLICIT = 2;
  private static final int FIXED_ARRAY = 3;

  /**
   * Flags of the layout: the chunks at the edges go without filters; the only chunk is filtered.
   */
  private static final int EDGES_PLAIN = 1;

  private static final int SINGLE_FILTERED = 2;
  private static final int CHECKSUM = 4;

  private final Hdf5File hdf;
  private final FileBytes file;
  private final long chunkBytes;
  private final long count;
  private final List<Place> places = new ArrayList<>();

  /** A chunk's bytes, and the filters that it went without. */
  record Place(long begin, long size, long without) {}

  /**
   * @param chunkBytes the size of a chunk before its filters
   * @param count the number of chunks
   */
  private Hdf5ChunkIndex(Hdf5File hdf, long chunkBytes, long count) {
    this.hdf = hdf;
    this.file = hdf.file;
    this.chunkBytes = chunkBytes;
    this.count = count;
  }

  /**
   * The places of all chunks in the order of the grid that they make; fewer where some were never
   * written, null where the layout is of another kind.
   *
   * @param flags the layout's
   * @param at where the kind of the index stands
   */
  static List<Place> read(Hdf5File hdf, int flags, long at, long chunkBytes, long count)
      throws WeightFormatException {
    int kind = hdf.file.u8(at);
    if ((flags & EDGES_PLAIN) != 0 || kind < SINGLE || kind > FIXED_ARRAY) {
      return null;
    }
    Hdf5ChunkIndex index = new Hdf5ChunkIndex(hdf, chunkBytes, count);
    boolean filtered = kind == SINGLE && (flags & SINGLE_FILTERED) != 0;
    long address = at + 1;
    address += filtered ? hdf.lengthSize() + 4 : kind == FIXED_ARRAY ? 1 : 0;
    long first = hdf.offset(address);
    if (hdf.isUndefined(first)) {
      return index.places;
    }
    switch (kind) {
      case SINGLE -> {
        long size = filtered ? hdf.length(at + 1) : chunkBytes;
        long without = filtered ? hdf.file.u32(at + 1 + hdf.lengthSize()) : 0;
        index.add(first, size, without);
      }
      case IMPLICIT -> {
        for (long i = 0; i < count; i++) {
          index.add(first + i * chunkBytes, chunkBytes, 0);
        }
      }
      default -> index.readFixedArray(hdf.address(first));
    }
    return index.places;
  }

  private void add(long offset, long size, long without) throws WeightFormatException {
    hdf.charge(128);
    if (hdf.isUndefined(offset)) {
      return;
    }
    long begin = hdf.address(offset);
    if (size < 0 || size > file.size() - begin) {
      throw hdf.fail("has a chunk that does not fit into the file; it is cut short or damaged");
    }
    places.add(new Place(begin, size, without));
  }

  /** The header: version, whether filtered, an entry's size, a page's, entries, the block. */
  private void readFixedArray(long at) throws WeightFormatException {
    hdf.require(at, HEADER, "table of chunks");
    boolean filtered = file.u8(at + 5) == 1;
    int entrySize = file.u8(at + 6);
    int pageBits = file.u8(at + 7);
    long entries = hdf.length(at + 8);
    int sizeBytes = filtered ? entrySize - hdf.offsetSize() - 4 : 0;
    boolean fits = filtered ? sizeBytes >= 1 && sizeBytes <= 8 : entrySize == hdf.offsetSize();
    if (!fits || entries < count || entries > file.size() || pageBits > 30) {
      throw hdf.fail("has a table of chunks that does not fit its shape; it looks damaged");
    }
    long block = hdf.address(hdf.offset(at + 8 + hdf.lengthSize()));
    hdf.require(block, BLOCK, "block of a table of chunks");
    long next = block + 6 + hdf.offsetSize();
    long page = 1L << pageBits;
    boolean paged = entries > page;
    long bitmap = next;
    next += paged ? Math.ceilDiv(Math.ceilDiv(entries, page), 8) + CHECKSUM : 0;
    for (long i = 0; i < count; i++) {
      long inPage = i % page;
      long number = i / page;
      if (paged && (file.u8(bitmap + number / 8) >>> 7 - number % 8 & 1) == 0) {
        continue; // a page that was never written
      }
      long start = next + (paged ? number * (page * entrySize + CHECKSUM) : 0);
      long entry = start + (paged ? inPage : i) * entrySize;
      long size = filtered ? file.unsigned(entry + hdf.offsetSize(), sizeBytes) : chunkBytes;
      long without = filtered ? file.u32(entry + hdf.offsetSize() + sizeBytes) : 0;
      add(hdf.offset(entry), size, without);
    }
  }
}
