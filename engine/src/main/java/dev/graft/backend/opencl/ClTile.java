package dev.graft.backend.opencl;

import java.util.List;

/**
 * The tile of a product that a group computes: bm×bn in slices of bk, of which each item holds
 * tm×tn in registers.
 */
record ClTile(int bm, int bn, int bk, int tm, int tn) {
  /** The larger the tile, the less is read for each multiplication. */
  static final List<ClTile> ALL =
      List.of(
          new ClTile(128, 128, 16, 8, 8),
          new ClTile(128, 64, 16, 8, 4),
          new ClTile(64, 128, 16, 4, 8),
          new ClTile(64, 64, 16, 4, 4),
          new ClTile(32, 64, 16, 4, 4),
          new ClTile(64, 32, 16, 4, 4),
          new ClTile(32, 32, 16, 4, 4),
          new ClTile(16, 16, 16, 4, 4));

  /** Rows of local memory are this much longer, so that their columns fall into different banks. */
  private static final int PAD = 4;

  /** The size of a group. */
  int group() {
    return bm / tm * (bn / tn);
  }

  private long localBytes() {
    return (long) Float.BYTES * bk * (bm + PAD + bn + PAD);
  }

  long tiles(int m, int n) {
    return (long) ((m + bm - 1) / bm) * ((n + bn - 1) / bn);
  }

  boolean fits(ClDevice device) {
    return group() <= device.workGroup() && localBytes() <= device.localMemory();
  }

  /**
   * The tile that is expected to be the fastest for a product of m×n results: it computes few
   * results that nobody wants, reads little, and there are enough of it for all units.
   */
  static ClTile of(ClDevice device, int m, int n, int batch) {
    ClTile best = null;
    double least = Double.POSITIVE_INFINITY;
    for (ClTile tile : ALL) {
      if (tile.fits(device) && (!device.cpu() || tile.group() <= 64)) {
        double cost = tile.cost(device, m, n, batch);
        if (cost < least) {
          least = cost;
          best = tile;
        }
      }
    }
    return best == null ? ALL.getLast() : best;
  }

  /**
   * The time in arbitrary units: waves of tiles over the units, each as long as its multiplications
   * and its reads from local and global memory, where a multiplication costs 1 and a value read
   * from local memory costs 2 (an item reads tm + tn for tm·tn multiplications), from global memory
   * 16.
   */
  private double cost(ClDevice device, int m, int n, int batch) {
    double products = (double) bm * bn;
    double local = 2.0 * group() * (tm + tn);
    double global = 16.0 * (bm + bn);
    double waves = Math.ceil((double) tiles(m, n) * batch / device.units());
    return waves * (products + local + global);
  }

  /** The macros that make {@code gemm.cl} this tile. */
  String macros() {
    return "-DBM=" + bm + " -DBN=" + bn + " -DBK=" + bk + " -DTM=" + tm + " -DTN=" + tn;
  }
}
