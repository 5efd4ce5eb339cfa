package dev.graft.backend.cpu.gemm;

import dev.graft.backend.Lines;
import dev.graft.backend.cpu.Caches;
import dev.graft.backend.cpu.Parallel;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The loops around the microkernel, after BLIS (van Zee and van de Geijn, 2015). A task owns a part
 * of the result: its rows of A are packed, for all of K, unless its thread has just done so for
 * another part, and pass over its panels of B; sums stay in tiles beside the caches' own until they
 * are whole, and leave through the epilogue, or straight from registers where it does nothing. An
 * element's products are summed in one fixed order, so the bits do not depend on the number of
 * threads.
 */
public final class Gemm implements Runnable, Parallel.RangeBody {
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
  private static final int LEAST_PANELS = 4;

  /**
   * Rows from which on a panel of few columns has a microkernel of its own. A head of 1000 classes
   * on 16 images would call it twice a run, so rarely that it stayed interpreted for some 150 runs
   * of a plan without warm-up: 1.2 to 7 ms of ResNet-18's 160.
   */
  private static final int NARROW_ROWS = 8 * 28;

  /** Multiply-adds under which a product is not worth waking another thread (about 10 µs). */
  private static final long SMALL = 200_000;

  /**
   * Floats of B over which a task passes once for each of its row panels, where one K block is all:
   * 256 KB, which stay in L2. What the epilogue reads and writes then lies together: 128→512@28
   * with a residual at batch 16, 126 to 137 GFLOP/s. Where rows are 4 KB apart, all lines of a
   * column of the result fall into the same few places of L1: 256→1024@14 with a residual, in four
   * such parts, 1.2 to 1.4 of the speed (Zen 3).
   */
  private static final int RESIDENT = 1 << 16;

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

  /** Floats of B, half of L2, from which on a block of A reads all of it from L3 or memory. */
  private static final int FAR = Caches.L2 / 2 / Float.BYTES;

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

  /** Floats of a panel of A, of one K block. */
  private static final int PANEL = MR * Blocking.ROW_STRIDE;

  /** Floats of a tile. */
  private static final int TILE = MR * NR;

  /**
   * Tiles whose sums leave together, row by row, where they lie beside each other: 1 KB of the
   * result is then written in one run, and a residual's lines are fetched many at a time.
   */
  private static final int TOGETHER = Math.max(1, (14 << 10) / (4 * TILE));

  /** The number of the last run of any product. */
  private static final AtomicLong RUNS = new AtomicLong();

  private final int m;
  private final RowPacker a;

  /** The rows of A, if they are read where they lie; null if they are packed. */
  private final RunPacker inPlace;

  private final PackedB b;
  private final Epilogue epilogue;
  private final float[] out;
  private final RowTarget target;
  private final int block;
  private final int longest;
  private final int panelsPerBlock;
  private final int rowBlocks;
  private final int columnBlocks;

  /** Column blocks of a region of B. */
  private final int regionBlocks;

  private final int tasks;
  private final int grain;

  /** Tells this run from all others, so that a thread knows what it has packed. */
  private long number;

  /** The product of A, of {@code m} rows, and B. */
  public Gemm(int m, RowPacker a, PackedB b, Epilogue epilogue, float[] out, RowTarget target) {
    this.m = m;
    this.a = a;
    this.b = b;
    this.epilogue = epilogue;
    this.out = out;
    this.target = target;
    int panels = PackedB.panels(b.n);
    long work = (long) m * b.n * Math.max(1, b.k);
    int threads = Parallel.threads();
    int wanted = threads == 1 || work < SMALL ? 1 : TASKS * threads;
    int packed = b.isUnpacked() ? m : MR * rowPanels(wanted);
    // As for packed rows in any case: these are used until the kernel for others is compiled.
    this.longest = b.isUnpacked() ? Math.max(1, b.k) : longest(packed);
    this.inPlace = b.isUnpacked() || !InPlaceKernel.accepts(m, b.n, b.k) ? null : a.runs();
    int step = InPlaceKernel.KERNEL.rows();
    this.block = inPlace == null ? packed : Math.ceilDiv(packed, step) * step;
    this.rowBlocks = Math.ceilDiv(m, block);
    int regions = Math.clamp(Math.round((float) b.k * b.n / REGION), 1, Math.max(1, panels));
    int cuts = Math.max(regions, Math.ceilDiv(wanted, Math.max(1, rowBlocks)));
    this.panelsPerBlock =
        b.isUnpacked()
            ? ownPanels(panels, threads, wanted)
            : Math.max(Math.min(LEAST_PANELS, panels), Math.ceilDiv(panels, cuts));
    this.columnBlocks = Math.ceilDiv(panels, Math.max(1, panelsPerBlock));
    this.regionBlocks = Math.ceilDiv(columnBlocks, regions);
    this.tasks = rowBlocks * columnBlocks;
    this.grain = work < SMALL ? Math.max(1, tasks) : 1;
  }

  /** {@code out[target.offset(i) + j] (+)= Σ_k A[i, k]·B[k, j] (+ bias[biasAt + j])}. */
  public static void run(
      int m,
      RowPacker a,
      PackedB b,
      float[] bias,
      int biasAt,
      boolean add,
      float[] out,
      RowTarget target) {
    Epilogue epilogue = new Epilogue(bias, biasAt, add ? out : null, 0, false);
    new Gemm(m, a, b, epilogue, out, target).run();
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
    boolean tall = (long) b.k * b.n > LARGE;
    int panels = tall ? TALL_PANELS : LEAST_PANELS;
    int depth = Math.clamp(Blocking.BLOCK_FLOATS / (panels * PANEL), 1, Blocking.blocks(b.k));
    int most = Blocking.BLOCK_FLOATS / (depth * PANEL);
    if (b.k <= Blocking.KC && (long) b.k * b.n > RESIDENT) {
      // Every block reads all of B from beyond L2, part by part, and its own rows panel by panel.
      int even =
          (long) b.k * b.n > FAR && tasksWanted > 1
              ? evenRows(all, tasksWanted / TASKS)
              : Math.ceilDiv(all, Math.ceilDiv(tasksWanted * SHARING, PackedB.panels(b.n)));
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
    double tiles = (double) all * PackedB.panels(b.n) / threads;
    double best = Math.sqrt(2 * WAITING / LEAST_PANELS * tiles);
    return Math.ceilDiv(all, Math.ceilDiv(all, Math.max(1, (int) best)));
  }

  /** Products summed in one pass over the result: as many as let a block of A fit, all alike. */
  private int longest(int rows) {
    int most = blocksInPass(Math.min(m, rows)) * Blocking.KC;
    int passes = Math.max(1, Math.ceilDiv(b.k, most));
    return Math.max(1, Math.ceilDiv(b.k, passes));
  }

  /** K blocks of which a block of A with so many rows holds the products. */
  private static int blocksInPass(int rows) {
    int panels = Math.max(1, Math.ceilDiv(rows, MR));
    return Math.max(1, Blocking.BLOCK_FLOATS / (panels * PANEL));
  }

  @Override
  public void run() {
    number = RUNS.incrementAndGet();
    Parallel.forRange(tasks, grain, this);
  }

  @Override
  public void run(int from, int to) {
    GemmScratch scratch = GemmScratch.ofThisThread();
    scratch.offsets(Math.min(m, block));
    for (int task = from; task < to; task++) {
      int region = task / (rowBlocks * regionBlocks);
      int inRegion = task - region * rowBlocks * regionBlocks;
      int beside = Math.min(regionBlocks, columnBlocks - region * regionBlocks);
      int row = inRegion / beside * block;
      int panel = (region * regionBlocks + inRegion % beside) * panelsPerBlock;
      int panelEnd = Math.min(PackedB.panels(b.n), panel + panelsPerBlock);
      int rowEnd = Math.min(m, row + block);
      for (int i = row; i < rowEnd; i++) {
        scratch.offsets[i - row] = target.offset(i);
      }
      int k = 0;
      do {
        int depth = Math.min(longest, b.k - k);
        Epilogue pass = epilogue.pass(k == 0, k + depth == b.k, out);
        pass(row, rowEnd, panel, panelEnd, k, depth, pass, scratch);
        k += depth;
      } while (k < b.k);
    }
  }

  /** Sums products {@code k … k+depth−1} of one task. */
  private void pass(
      int row,
      int rowEnd,
      int panel,
      int panelEnd,
      int k,
      int depth,
      Epilogue pass,
      GemmScratch scratch) {
    if (inPlace != null && InPlaceKernel.isCompiled()) {
      rowsInPlace(row, rowEnd, panel, panelEnd, k, depth, pass, scratch);
      return;
    }
    int blocks = Blocking.blocks(depth);
    if (!scratch.holdsA(number, row, k)) {
      scratch.setHeldA(number, row, k);
      packRows(row, rowEnd, k, depth, scratch);
    }
    int panels = panelEnd - panel;
    boolean rowsFirst = blocks == 1 && panels >= LEAST_PANELS;
    int resident = RESIDENT / (Math.max(1, depth) * NR);
    int most =
        b.isUnpacked()
            ? Math.clamp(resident, 1, PackedB.TOGETHER)
            : rowsFirst ? Math.max(LEAST_PANELS, resident) : 1;
    int parts = Math.ceilDiv(panels, most);
    scratch.tiles(rowsFirst ? TOGETHER * TILE : tilesOf(rowEnd - row) * Math.min(most, panels));
    for (int i = 0; i < parts; i++) {
      int from = panel + panels * i / parts;
      int to = panel + panels * (i + 1) / parts;
      Lines.Run own = b.isUnpacked() ? scratch.b((to - from) * b.k * NR) : null;
      float[] panelsB = b.panels(from, to, own);
      int bAt = b.at(from, own) + k * NR;
      if (rowsFirst) {
        rowsFirst(row, rowEnd, from, to, depth, panelsB, bAt, pass, scratch);
      } else {
        panelsFirst(row, rowEnd, from, to, depth, panelsB, bAt, pass, scratch);
      }
    }
  }

  /** Packs products {@code k … k+depth−1} of some rows of A. */
  private void packRows(int row, int rowEnd, int k, int depth, GemmScratch scratch) {
    int blocks = Blocking.blocks(depth);
    int size = Math.ceilDiv(depth, blocks);
    int blockFloats = floatsOfA(rowEnd - row);
    float[] packed = scratch.a(blocks * blockFloats);
    int together = blocks == 1 ? rowEnd - row : Math.min(rowEnd - row, a.rowsTogether());
    for (int r = row; r < rowEnd; r += together) {
      int rows = Math.min(together, rowEnd - r);
      int at = (r - row) * Blocking.ROW_STRIDE;
      for (int i = 0; i < blocks; i++, at += blockFloats) {
        int count = Math.min(size, depth - i * size);
        if (count > 0) {
          a.packRows(r, rows, k + i * size, count, packed, at);
        }
      }
    }
  }

  /** Floats that so many packed rows of one K block take: whole panels. */
  private static int floatsOfA(int rows) {
    return Math.ceilDiv(rows, MR) * PANEL;
  }

  /** Floats of the tiles of that many rows: microkernels write whole ones. */
  private static int tilesOf(int rows) {
    return Math.ceilDiv(rows, 2 * MR) * 2 * TILE;
  }

  /** One panel of B after the other, each with all rows; the sums of the panels leave together. */
  private void panelsFirst(
      int row,
      int rowEnd,
      int panel,
      int panelEnd,
      int depth,
      float[] panelsB,
      int bAt,
      Epilogue pass,
      GemmScratch scratch) {
    int blocks = Blocking.blocks(depth);
    int size = Math.ceilDiv(depth, blocks);
    int blockFloats = floatsOfA(rowEnd - row);
    int distance = tilesOf(rowEnd - row);
    int allColumns = Math.min(panelEnd * NR, b.n) - panel * NR;
    float[] tiles = scratch.tiles.array();
    int tilesAt = scratch.tiles.at();
    for (int i = 0; i < blocks; i++) {
      int count = Math.min(size, depth - i * size);
      for (int p = panel; p < panelEnd; p++) {
        int columns = Math.min(NR, b.n - p * NR);
        int summed = m < NARROW_ROWS ? NR : columns; // zeros beyond the last
        int step = Microkernel.rowsAtOnce(summed);
        int panelAt = bAt + ((p - panel) * b.k + i * size) * NR;
        for (int r = row; r < rowEnd; r += step) {
          int tile = tilesAt + (r - row) * NR;
          int rows = Math.min(step, rowEnd - r);
          int aAt = i * blockFloats + (r - row) * Blocking.ROW_STRIDE;
          Microkernel.runRows(
              rows,
              summed,
              count,
              scratch.a,
              aAt,
              panelsB,
              panelAt,
              i > 0,
              tiles,
              (p - panel) * distance + tile);
          if (i == blocks - 1 && p == panelEnd - 1) {
            TileStore.store(
                tiles,
                tile,
                distance,
                rows,
                scratch.offsets,
                r - row,
                panel * NR,
                allColumns,
                pass,
                out);
          }
        }
      }
    }
  }

  /**
   * One row panel after the other, each with all these panels of B. Whole tiles that need no more
   * than to be written, or added to what is there, leave straight from registers, along a few rows.
   * 64→256@56 at batch 8 then has 1.30 of the speed (Zen 5), 1.07 to 1.13 with six rows (Zen 3):
   * presumably since by way of tiles so many stores come at once that the core waits for their
   * lines. One panel after the other, down a column of the result, it was 0.91 to 0.95
   * (64×3136×576, 512×784×1152; Zen 3).
   */
  private void rowsFirst(
      int row,
      int rowEnd,
      int panel,
      int panelEnd,
      int depth,
      float[] panelsB,
      int bAt,
      Epilogue pass,
      GemmScratch scratch) {
    boolean adds = pass.isAddedTo(out);
    float[] tiles = scratch.tiles.array();
    int tilesAt = scratch.tiles.at();
    boolean straight = (adds || pass.isPlain()) && Microkernel.leavesStraight(adds);
    for (int r = row; r < rowEnd; r += MR) {
      int rows = Math.min(MR, rowEnd - r);
      int aAt = (r - row) * Blocking.ROW_STRIDE;
      int first = panel;
      int apart = straight && rows == MR ? scratch.rowsApart(r - row) : 0;
      for (; apart > 0 && first < panelEnd && (first + 1) * NR <= b.n; first++) {
        int panelAt = bAt + (first - panel) * b.k * NR;
        int to = scratch.offsets[r - row] + first * NR;
        Microkernel.runWhole(depth, scratch.a, aAt, panelsB, panelAt, adds, out, to, apart);
      }
      for (; first < panelEnd; first += TOGETHER) {
        int end = Math.min(panelEnd, first + TOGETHER);
        for (int p = first; p < end; p++) {
          int columns = Math.min(NR, b.n - p * NR);
          Microkernel.runRows(
              rows,
              columns,
              depth,
              scratch.a,
              aAt,
              panelsB,
              bAt + (p - panel) * b.k * NR,
              false,
              tiles,
              tilesAt + (p - first) * TILE);
        }
        int columns = Math.min(end * NR, b.n) - first * NR;
        TileStore.store(
            tiles, tilesAt, TILE, rows, scratch.offsets, r - row, first * NR, columns, pass, out);
      }
    }
  }

  /**
   * A few rows after the others, read where they lie, each with all these panels of B. The last of
   * a task reach back over rows that were done, whose sums are not stored again.
   */
  private void rowsInPlace(
      int row,
      int rowEnd,
      int panel,
      int panelEnd,
      int k,
      int depth,
      Epilogue pass,
      GemmScratch scratch) {
    InPlaceKernel kernel = InPlaceKernel.KERNEL;
    int step = kernel.rows();
    int tile = step * NR;
    scratch.tiles((panelEnd - panel) * tile);
    float[] tiles = scratch.tiles.array();
    int tilesAt = scratch.tiles.at();
    float[] panelsB = b.panels(panel, panelEnd, null);
    int bAt = b.at(panel, null) + k * NR;
    int columns = Math.min(panelEnd * NR, b.n) - panel * NR;
    int blocks = Blocking.blocks(depth);
    int size = Math.ceilDiv(depth, blocks);
    int apart = inPlace.strideRow();
    for (int r = row; r < rowEnd; r += step) {
      int rows = Math.min(step, rowEnd - r);
      int again = step - rows;
      int aAt = inPlace.at() + (r - again) * apart + k;
      for (int i = 0; i < blocks; i++) {
        int count = Math.min(size, depth - i * size);
        for (int p = 0; p < panelEnd - panel; p++) {
          int panelAt = bAt + (p * b.k + i * size) * NR;
          int to = tilesAt + p * tile;
          int from = aAt + i * size;
          kernel.run(count, inPlace.from(), from, apart, panelsB, panelAt, i > 0, tiles, to);
        }
      }
      int sums = tilesAt + again * NR;
      TileStore.store(
          tiles, sums, tile, rows, scratch.offsets, r - row, panel * NR, columns, pass, out);
    }
  }
}
