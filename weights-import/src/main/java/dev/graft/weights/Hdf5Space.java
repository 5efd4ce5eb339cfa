package dev.graft.weights;

/**
 * The shape of a dataset or an attribute.
 *
 * @param dims the dimensions; none for a scalar
 * @param empty whether it holds nothing at all, not even a scalar
 */
record Hdf5Space(long[] dims, boolean empty) {
  private static final int NULL_SPACE = 2;

  /** Reads a dataspace message that begins at {@code at} and ends before {@code end}. */
  static Hdf5Space parse(Hdf5File hdf, long at, long end) throws WeightFormatException {
    int version = end - at >= 4 ? hdf.file.u8(at) : 0;
    if (version != 1 && version != 2) {
      throw hdf.fail("has a shape of version " + version + ", where 1 and 2 can be read");
    }
    int rank = hdf.file.u8(at + 1);
    long first = at + (version == 1 ? 8 : 4);
    if (rank > Strided.MAX_RANK || first + (long) rank * hdf.lengthSize() > end) {
      throw hdf.fail("has a shape that does not fit into its header; it looks damaged");
    }
    long[] dims = new long[rank];
    for (int d = 0; d < rank; d++) {
      dims[d] = hdf.length(first + (long) d * hdf.lengthSize());
    }
    return new Hdf5Space(dims, version == 2 && hdf.file.u8(at + 3) == NULL_SPACE);
  }

  /** The number of elements; -1 where it exceeds any file. */
  long numel() {
    return empty ? 0 : Strided.numel(dims);
  }
}
