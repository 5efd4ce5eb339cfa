package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Caches;
import dev.graft.backend.cpu.Parallel;

/**
 * How a product [m, k]·[k, n] is cut into tasks: blocks of rows of A that stay in L2, and of panels
 * of B, so that threads are done at about the same time. Tasks follow each other along the columns,
 * for which a thread has its rows packed already, then down the rows, then by regions of B.
 */
final class GemmTasks {
  private static final int NR = Blocking.NR;
  private static final int MR = Microkernel.MR;

  /** Tasks a thread, aimed at so that the last to finish is not far behind. */
  private static final int TASKS = 12;

  /**
   * Rows up to which they all go into one block, so that B is read once: an image of 7×7. Weights
   * that come from memory then cost least.
   */
  private static final int FEW_ROWS = 64;

  /**
   * Panels of A, and of B, in a task at least: reading a panel of B from memory, or packing one of
   * A, takes about as long as one or half a tile's products and must serve several tiles.
   */
  static final int LEAST_PANELS = 4;

  /** Multiply-adds under which a product is not worth waking another thread (about 10 µs). */
  private static final long SMALL = 200_000;

  /**
   * Floats of B, 6 MB, from which on blocks of A hold few products of many rows instead of many
   * products of few: every block reads all of B from L3 or memory, and sums that go to the result
   * and back cost less than that. 2048³ 1.14 to 1.22 of the speed, 4096×1000×4096 1.31 to 1.34 (Zen
   * 3, 512 KB of L2); at 1.2 M floats 0.93 to 1.04. Nothing is where L2 has 2 MB, which hold 112
   * rows of 2048 products: 2048³ 1.05, 2048×1000×4096 1.10 of the speed of long blocks on one
   * thread, 1.00 to 1.04 on two (Xeon, AVX-512).
   */
  private static final long LARGE = Caches.L2 < 2 << 20 ? 3 << 19 : Long.MAX_VALUE;

  /** Panels of A of such a block: 120 rows or a few more. */
  private static final int TALL_PANELS = Math.ceilDiv(120, MR);

  /** Panels of B that share the packing of a block of A at least, where there are as many. */
  private static final int SHARING = 16;

  /**
   * Floats of B, half of L2, from which on a block of A waits for all of it from L3 or memory. Not
   * where L2 has 1 MB: more rows in a block gave 1024³ 0.99 there (Zen 5, whose L3 is near).
   */
  private static final long FAR =
      Caches.L2 < 2 << 20 ? Long.MAX_VALUE : Caches.L2 / 2 / Float.BYTES;

  /**
   * What a tile waits for a panel of B from there, as a part of the time that it takes from L2: 0.6
   * on two threads and 0.2 on one of a Xeon (1024³; 9.0 and 6.5 instead of 5.6 µs).
   */
  private static final double WAITING = 0.6;

  /**
   * Floats of B, 8 MB, that all rows of A pass over before the next ones: the sooner it is read
   * again, the more of it is left in an L3 that others use too. A is packed again for each region.
   * A panel's first tile took 15 µs where blocks of A read 16 MB in turns, 7 with 4 MB (Xeon).
   */
  private static final int REGION = 1 << 21;

  /** How many there are. */
  final int count;

  /** How many of them a thread takes at a time. */
  final int grain;

  /** Rows of each but the last ones. */
  final int rows;

  /** Panels of B of each but the last ones. */
  final int panels;

  /** Products summed in one pass over the result at most. */
  final int depth;

  private final int m;
  private final int n;
  private final int k;
  private final int rowBlocks;
  private final int columnBlocks;

  /** Column blocks of a region of B. */
  private final int regionBlocks;

  /**
   * @param own whether each task packs its own panels of B
   * @param together rows that are multiplied at a time: those of a task are a multiple
   */
  GemmTasks(int m, int n, int k, boolean own, int together) {
    this.m = m;
    this.n = n;
    this.k = k;
    int all = PackedB.panels(n);
    long work = (long) m * n * Math.max(1, k);
    int threads = Parallel.threads();
    int wanted = threads == 1 || work < SMALL ? 1 : TASKS * threads;
    int packed = own ? m : MR * rowPanels(wanted);
    // As for packed rows in any case: these are used until the kernel for others is compiled.
    this.depth = own ? Math.max(1, k) : longest(packed);
    this.rows = Math.ceilDiv(packed, together) * together;
    this.rowBlocks = Math.ceilDiv(m, rows);
    int regions = Math.clamp(Math.round((float) k * n / REGION), 1, Math.max(1, all));
    int cuts = Math.max(regions, Math.ceilDiv(wanted, Math.max(1, rowBlocks)));
    this.panels =
        own
            ? ownPanels(all, threads, wanted)
            : Math.max(Math.min(LEAST_PANELS, all), Math.ceilDiv(all, cuts));
    this.columnBlocks = Math.ceilDiv(all, Math.max(1, panels));
    this.regionBlocks = Math.ceilDiv(columnBlocks, regions);
    this.count = rowBlocks * columnBlocks;
    this.grain = work < SMALL ? Math.max(1, count) : 1;
  }

  /** The first row of a task. */
  int row(int task) {
    return inRegion(task) / columnsBeside(task) * rows;
  }

  /** The first panel of B of a task. */
  int panel(int task) {
    int column = region(task) * regionBlocks + inRegion(task) % columnsBeside(task);
    return column * panels;
  }

  private int region(int task) {
    return task / (rowBlocks * regionBlocks);
  }

  /** The number of a task among those of its region. */
  private int inRegion(int task) {
    return task % (rowBlocks * regionBlocks);
  }

  /** Column blocks of a task's region: the last may have fewer. */
  private int columnsBeside(int task) {
    return Math.min(regionBlocks, columnBlocks - region(task) * regionBlocks);
  }

  /**
   * Whether tasks should own columns of the product and read their part of B themselves: where all
   * of A fits a core's cache, and there are many times more columns than rows, or enough for all
   * threads. B then goes neither through memory nor from core to core, and nobody waits until it is
   * packed: on two threads 64×3136×576 went from 155 to 250 GFLOP/s, 128×256×256 from 94 to 158.
   * Sums have the same order, and so the same bits, either way.
   */
  static boolean isOwnedByColumns(int m, int n, int k) {
    boolean fits = (long) m * k <= Blocking.BLOCK_FLOATS;
    boolean inOnePass = Blocking.blocks(k) <= blocksInPass(m); // as other numbers of threads do
    int panels = PackedB.panels(n);
    int threads = Parallel.threads();
    boolean wide = panels >= 4 * columnPanels(m);
    boolean shared = threads > 1 && panels >= LEAST_PANELS * threads;
    return fits && inOnePass && (wide || shared);
  }

  /** Panels of a task where each reads its own: every thread gets as many tasks. */
  private static int ownPanels(int panels, int threads, int tasksWanted) {
    if (tasksWanted == 1) {
      return panels;
    }
    int count = Math.ceilDiv(panels, Math.max(LEAST_PANELS, Math.ceilDiv(panels, tasksWanted)));
    return Math.ceilDiv(panels, Math.ceilDiv(count, threads) * threads);
  }

  /** As many panels of columns as make a square with so many rows. */
  private static int columnPanels(int m) {
    return Math.ceilDiv(m, NR);
  }

  /** Row panels of a task: as many as L2 holds; fewer where that would leave few tasks. */
  private int rowPanels(int tasksWanted) {
    int all = Math.max(1, Math.ceilDiv(m, MR));
    if (all * MR <= FEW_ROWS) {
      return all;
    }
    boolean tall = (long) k * n > LARGE;
    int least = tall ? TALL_PANELS : LEAST_PANELS;
    int blocks = Math.clamp(Blocking.BLOCK_FLOATS / (least * Gemm.PANEL), 1, Blocking.blocks(k));
    int most = Blocking.BLOCK_FLOATS / (blocks * Gemm.PANEL);
    if (k <= Blocking.KC && (long) k * n > Gemm.RESIDENT) {
      // Every block reads all of B from beyond L2, part by part, and its own rows panel by panel.
      int even =
          (long) k * n > FAR && tasksWanted > 1
              ? evenRows(all, tasksWanted / TASKS)
              : Math.ceilDiv(all, Math.ceilDiv(tasksWanted * SHARING, PackedB.panels(n)));
      return Math.clamp(Math.min(most, even), Math.min(LEAST_PANELS, all), all);
    }
    return Math.clamp(
        Math.min(Math.ceilDiv(all, 8), most),
        Math.min(LEAST_PANELS, all),
        tall ? Math.max(TALL_PANELS, Blocking.PANELS) : Blocking.PANELS);
  }

  /**
   * Row panels of blocks, all alike, over which B passes from beyond L2. The first of them waits
   * for it, {@link #WAITING} of a tile's time for each tile; many of them leave large tasks, for
   * half of one of which a thread waits at the end.
   */
  private int evenRows(int all, int threads) {
    double tiles = (double) all * PackedB.panels(n) / threads;
    double best = Math.sqrt(2 * WAITING / LEAST_PANELS * tiles);
    return Math.ceilDiv(all, Math.ceilDiv(all, Math.max(1, (int) best)));
  }

  /** Products summed in one pass over the result: as many as let a block of A fit, all alike. */
  private int longest(int rows) {
    int most = blocksInPass(Math.min(m, rows)) * Blocking.KC;
    int passes = Math.max(1, Math.ceilDiv(k, most));
    return Math.max(1, Math.ceilDiv(k, passes));
  }

  /** K blocks of which a block of A with so many rows holds the products. */
  private static int blocksInPass(int rows) {
    int panels = Math.max(1, Math.ceilDiv(rows, MR));
    return Math.max(1, Blocking.BLOCK_FLOATS / (panels * Gemm.PANEL));
  }
}
