package dev.graft.weights;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a group or an object of the newer kind keeps outside of its header once it is much: a
 * fractal heap with the messages themselves, and a B-tree (version 2) of their places in it.
 */
final class Hdf5Heap {
  private static final byte[] HEAP = {'F', 'R', 'H', 'P'};
  private static final byte[] INDIRECT = {'F', 'H', 'I', 'B'};
  private static final byte[] TREE = {'B', 'T', 'H', 'D'};
  private static final byte[] LEAF = {'B', 'T', 'L', 'F'};
  private static final byte[] INNER = {'B', 'T', 'I', 'N'};

  /** Signature, version, type and checksum of a tree's node. */
  private static final int NODE_FRAME = 10;

  private static final int DEEPEST_TREE = 16;

  private final Hdf5File hdf;
  private final int idLength;
  private final int width;
  private final long startSize;
  private final long largestDirect;
  private final int offsetBytes;
  private final long root;
  private final int rows;

  private Hdf5Heap(Hdf5File hdf, long at) throws WeightFormatException {
    this.hdf = hdf;
    hdf.require(at, HEAP, "heap");
    idLength = hdf.file.u16(at + 5);
    if (hdf.file.u16(at + 7) != 0) {
      throw hdf.fail("has compressed lists of names, which are not read; save it uncompressed");
    }
    // Counters of free space and of objects come in between.
    long table = at + 14 + 10L * hdf.lengthSize() + 2L * hdf.offsetSize();
    width = hdf.file.u16(table);
    startSize = hdf.length(table + 2);
    largestDirect = hdf.length(table + 2 + hdf.lengthSize());
    long rest = table + 2 + 2L * hdf.lengthSize();
    offsetBytes = Math.ceilDiv(hdf.file.u16(rest), 8);
    root = hdf.offset(rest + 4);
    rows = hdf.file.u16(rest + 4 + hdf.offsetSize());
    boolean sane =
        width > 0
            && Long.bitCount(width) == 1
            && startSize > 0
            && Long.bitCount(startSize) == 1
            && Long.bitCount(largestDirect) == 1
            && largestDirect >= startSize
            && startSize <= Long.MAX_VALUE / width
            && offsetBytes >= 1
            && offsetBytes <= 8
            && idLength > 1 + offsetBytes
            && idLength <= 1 + offsetBytes + 8;
    if (!sane) {
      throw hdf.fail("has a heap of impossible sizes; it looks damaged");
    }
  }

  /** The begin and end of each link message of a group, in order of creation or else by name. */
  static List<long[]> links(Hdf5File hdf, Hdf5Object.Message info) throws WeightFormatException {
    int flags = hdf.file.u8(info.begin() + 1);
    long at = info.begin() + 2 + ((flags & 1) != 0 ? 8 : 0);
    List<long[]> links = objects(hdf, at, 4);
    if ((flags & 1) != 0) {
      List<long[]> inOrder = new ArrayList<>();
      for (long[] link : links) {
        inOrder.add(new long[] {link[0], link[1], created(hdf, link[0])});
      }
      inOrder.sort(Comparator.comparingLong(link -> link[2]));
      return inOrder;
    }
    return links;
  }

  /** A link message's place in the order of creation. */
  private static long created(Hdf5File hdf, long link) throws WeightFormatException {
    int flags = hdf.file.u8(link + 1);
    return (flags & 4) == 0 ? 0 : hdf.file.i64(link + 2 + ((flags & 8) != 0 ? 1 : 0));
  }

  /** The begin and end of each attribute message of an object. */
  static List<long[]> attributes(Hdf5File hdf, Hdf5Object.Message info)
      throws WeightFormatException {
    int flags = hdf.file.u8(info.begin() + 1);
    return objects(hdf, info.begin() + 2 + ((flags & 1) != 0 ? 2 : 0), 0);
  }

  /**
   * The objects of a heap whose address, and whose tree's address behind it, stand at {@code at}.
   *
   * @param id where in a tree's record the object's place in the heap stands
   */
  private static List<long[]> objects(Hdf5File hdf, long at, int id) throws WeightFormatException {
    long heapAddress = hdf.offset(at);
    long treeAddress = hdf.offset(at + hdf.offsetSize());
    List<long[]> objects = new ArrayList<>();
    if (hdf.isUndefined(heapAddress) || hdf.isUndefined(treeAddress)) {
      return objects;
    }
    Hdf5Heap heap = new Hdf5Heap(hdf, hdf.address(heapAddress));
    for (long record : records(hdf, hdf.address(treeAddress), id + heap.idLength)) {
      objects.add(heap.object(record + id));
    }
    return objects;
  }

  /** The begin and end of the object with the identifier at {@code at}. */
  private long[] object(long at) throws WeightFormatException {
    if ((hdf.file.u8(at) & 0x30) != 0) {
      throw hdf.fail("has a name or attribute too large for its heap, which is not read");
    }
    long offset = hdf.file.unsigned(at + 1, offsetBytes);
    long length = hdf.file.unsigned(at + 1 + offsetBytes, idLength - 1 - offsetBytes);
    long begin = rows == 0 ? hdf.address(root) + offset : find(offset);
    if (offset < 0 || length < 0 || begin < 0 || begin > hdf.file.size() - length) {
      throw hdf.fail("has a heap that does not fit into it; it looks damaged");
    }
    return new long[] {begin, begin + length};
  }

  /**
   * The place of an offset in the doubling table: rows of {@code width} blocks, of which the first
   * two rows have blocks of the starting size, each further row of twice the row's before. Blocks
   * larger than the largest direct one are tables themselves.
   */
  private long find(long offset) throws WeightFormatException {
    long table = hdf.address(root);
    long within = offset;
    for (int depth = 0; depth < DEEPEST_TREE; depth++) {
      hdf.require(table, INDIRECT, "heap block");
      hdf.charge(64);
      long rowZero = startSize * width;
      int row = within < rowZero ? 0 : 64 - Long.numberOfLeadingZeros(within / rowZero);
      if (row > 40) {
        break;
      }
      long blockSize = row == 0 ? startSize : startSize << row - 1;
      long rowStart = row == 0 ? 0 : rowZero << row - 1;
      long column = (within - rowStart) / blockSize;
      long entry = table + 5 + hdf.offsetSize() + offsetBytes;
      long address = hdf.offset(entry + (row * (long) width + column) * hdf.offsetSize());
      if (blockSize <= 0 || hdf.isUndefined(address)) {
        break;
      }
      within -= rowStart + column * blockSize;
      table = hdf.address(address);
      if (blockSize <= largestDirect) {
        return table + within;
      }
    }
    throw hdf.fail("has a heap in which a name is missing; it looks damaged");
  }

  private record Node(long at, int depth, long records) {}

  /** Where the records of a tree begin, each of at least {@code smallest} bytes. */
  private static List<Long> records(Hdf5File hdf, long at, int smallest)
      throws WeightFormatException {
    hdf.require(at, TREE, "tree");
    long nodeSize = hdf.file.u32(at + 6);
    int recordSize = hdf.file.u16(at + 10);
    int depth = hdf.file.u16(at + 12);
    if (recordSize < smallest || depth > DEEPEST_TREE || nodeSize < NODE_FRAME + recordSize) {
      throw hdf.fail("has a tree of impossible sizes; it looks damaged");
    }
    List<Long> found = new ArrayList<>();
    long root = hdf.offset(at + 16);
    if (hdf.isUndefined(root)) {
      return found;
    }
    Set<Long> seen = new HashSet<>();
    Deque<Node> nodes = new ArrayDeque<>();
    nodes.push(new Node(hdf.address(root), depth, hdf.file.u16(at + 16 + hdf.offsetSize())));
    long[] totalBytes = totalBytes(hdf, nodeSize, recordSize, depth);
    int countBytes = bytesFor((nodeSize - NODE_FRAME) / recordSize);
    while (!nodes.isEmpty()) {
      Node node = nodes.pop();
      hdf.require(node.at, node.depth == 0 ? LEAF : INNER, "tree node");
      if (!seen.add(node.at) || node.records > (nodeSize - NODE_FRAME) / recordSize) {
        throw hdf.fail("has a tree that leads back to itself; refused");
      }
      hdf.charge(64 + 64 * node.records);
      for (long i = 0; i < node.records; i++) {
        found.add(node.at + 6 + i * recordSize);
      }
      long child = node.at + 6 + node.records * recordSize;
      for (long i = 0; node.depth > 0 && i <= node.records; i++) {
        long count = hdf.file.unsigned(child + hdf.offsetSize(), countBytes);
        nodes.push(new Node(hdf.address(hdf.offset(child)), node.depth - 1, count));
        child += hdf.offsetSize() + countBytes + totalBytes[node.depth - 1];
      }
    }
    return found;
  }

  /** For each depth how many bytes the number of all records below such a node takes. */
  private static long[] totalBytes(Hdf5File hdf, long nodeSize, int recordSize, int depth) {
    long[] bytes = new long[depth + 1];
    long leaf = (nodeSize - NODE_FRAME) / recordSize;
    double total = leaf;
    for (int d = 1; d <= depth; d++) {
      long pointer = hdf.offsetSize() + bytesFor(leaf) + bytes[d - 1];
      long records = (nodeSize - NODE_FRAME - pointer) / (recordSize + pointer);
      total = (records + 1) * total + records;
      bytes[d] = bytesFor((long) Math.min(total, Long.MAX_VALUE));
    }
    return bytes;
  }

  private static int bytesFor(long largest) {
    return largest <= 0 ? 1 : (63 - Long.numberOfLeadingZeros(largest)) / 8 + 1;
  }
}
