package dev.graft.weights;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The links of a group, name to object header, in the file's order. Groups of the first kind, which
 * h5py makes unless told otherwise, keep them in a B-tree of symbol tables; those of the second in
 * their headers, and in a heap once there are more than eight.
 */
final class Hdf5Links {
  private static final byte[] TREE = {'T', 'R', 'E', 'E'};
  private static final byte[] NODE = {'S', 'N', 'O', 'D'};

  private static final int HARD = 0;

  /** Address, cache type, and scratch space behind a symbol's name. */
  private static final int SYMBOL_REST = 24;

  private final Hdf5File hdf;
  private final Map<String, Long> links = new LinkedHashMap<>();

  private Hdf5Links(Hdf5File hdf) {
    this.hdf = hdf;
  }

  /** The links of an object; none where it is no group. Soft and external links are left out. */
  static Map<String, Long> of(Hdf5Object object) throws WeightFormatException {
    Hdf5Links reader = new Hdf5Links(object.hdf);
    Hdf5Object.Message table = object.find(Hdf5Object.SYMBOL_TABLE);
    if (table != null) {
      reader.readSymbolTable(table);
    }
    for (Hdf5Object.Message link : object.all(Hdf5Object.LINK)) {
      reader.readLink(link.begin(), link.begin() + link.size());
    }
    Hdf5Object.Message info = object.find(Hdf5Object.LINK_INFO);
    if (info != null) {
      for (long[] link : Hdf5Heap.links(reader.hdf, info)) {
        reader.readLink(link[0], link[1]);
      }
    }
    return reader.links;
  }

  private void readSymbolTable(Hdf5Object.Message table) throws WeightFormatException {
    if (table.size() < 2L * hdf.offsetSize()) {
      throw hdf.fail("has a group without a table; it looks damaged");
    }
    long[] heap = hdf.localHeap(hdf.address(hdf.offset(table.begin() + hdf.offsetSize())));
    Deque<Long> nodes = new ArrayDeque<>();
    Set<Long> seen = new HashSet<>();
    nodes.push(hdf.address(hdf.offset(table.begin())));
    while (!nodes.isEmpty()) {
      long at = nodes.pop();
      if (!seen.add(at)) {
        throw hdf.fail("has a tree that leads back to itself; refused");
      }
      if (hdf.file.has(at, NODE)) {
        readNode(at, heap);
        continue;
      }
      hdf.require(at, TREE, "tree");
      int children = hdf.file.u16(at + 6);
      long first = at + 8 + 2L * hdf.offsetSize() + hdf.lengthSize();
      long step = hdf.offsetSize() + hdf.lengthSize();
      hdf.charge(64L + 32L * children);
      for (int i = children - 1; i >= 0; i--) {
        nodes.push(hdf.address(hdf.offset(first + i * step)));
      }
    }
  }

  private void readNode(long at, long[] heap) throws WeightFormatException {
    int symbols = hdf.file.u16(at + 6);
    long step = 2L * hdf.offsetSize() + SYMBOL_REST;
    for (int i = 0; i < symbols; i++) {
      long symbol = at + 8 + i * step;
      long name = hdf.offset(symbol);
      long header = hdf.offset(symbol + hdf.offsetSize());
      if (name < 0 || name > heap[1] - heap[0]) {
        throw hdf.fail("has a name that lies outside of its heap; it looks damaged");
      }
      if (!hdf.isUndefined(header)) {
        put(hdf.text(heap[0] + name, heap[1]), header);
      }
    }
  }

  /** A link message. */
  private void readLink(long begin, long end) throws WeightFormatException {
    int flags = hdf.file.u8(begin + 1);
    long at = begin + 2;
    int type = HARD;
    if ((flags & 8) != 0) {
      type = hdf.file.u8(at++);
    }
    at += (flags & 4) != 0 ? 8 : 0; // creation order
    at += (flags & 16) != 0 ? 1 : 0; // character set
    int lengthSize = 1 << (flags & 3);
    long length = hdf.file.unsigned(at, lengthSize);
    at += lengthSize;
    if (length < 0 || length > end - at) {
      throw hdf.fail("has a link whose name does not fit into it; it looks damaged");
    }
    if (type == HARD && hdf.offsetSize() <= end - at - length) {
      put(hdf.text(at, at + length), hdf.offset(at + length));
    }
  }

  private void put(String name, long header) throws WeightFormatException {
    if (links.put(name, hdf.address(header)) != null) {
      throw hdf.fail("has two things called \"" + name + "\"; refused");
    }
  }
}
