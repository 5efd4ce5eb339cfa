package dev.graft.backend.cpu.gemm;

import dev.graft.backend.Lines;
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

  /**
   * Rows from which on a panel of few columns has a microkernel of its own. A head of 1000 classes
   * on 16 images would call it twice a run, so rarely that it stayed interpreted for some 150 runs
   * of a plan without warm-up: 1.2 to 7 ms of ResNet-18's 160.
   */
  private static final int NARROW_ROWS = 8 * 28;

  /**
   * Floats of B over which a task passes once for each of its row panels, where one K block is all:
   * 256 KB, which stay in L2. What the epilogue reads and writes then lies together: 128→512@28
   * with a residual at batch 16, 126 to 137 GFLOP/s. Where rows are 4 KB apart, all lines of a
   * column of the result fall into the same few places of L1: 256→1024@14 with a residual, in four
   * such parts, 1.2 to 1.4 of the speed (Zen 3).
   */
  static final int RESIDENT = 1 << 16;

  /** Floats of a panel of A, of one K block. */
  static final int PANEL = MR * Blocking.ROW_STRIDE;

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
  private final GemmTasks tasks;

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
    this.inPlace = b.isUnpacked() || !InPlaceKernel.accepts(m, b.n, b.k) ? null : a.runs();
    int together = inPlace == null ? 1 : InPlaceKernel.KERNEL.rows();
    this.tasks = new GemmTasks(m, b.n, b.k, b.isUnpacked(), together);
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

  @Override
  public void run() {
    number = RUNS.incrementAndGet();
    Parallel.forRange(tasks.count, tasks.grain, this);
  }

  @Override
  public void run(int from, int to) {
    GemmScratch scratch = GemmScratch.ofThisThread();
    scratch.offsets(Math.min(m, tasks.rows));
    for (int task = from; task < to; task++) {
      int row = tasks.row(task);
      int rowEnd = Math.min(m, row + tasks.rows);
      int panel = tasks.panel(task);
      int panelEnd = Math.min(PackedB.panels(b.n), panel + tasks.panels);
      for (int i = row; i < rowEnd; i++) {
        scratch.offsets[i - row] = target.offset(i);
      }
      int k = 0;
      do {
        int depth = Math.min(tasks.depth, b.k - k);
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
    boolean rowsFirst = blocks == 1 && panels >= GemmTasks.LEAST_PANELS;
    int resident = RESIDENT / (Math.max(1, depth) * NR);
    int most =
        b.isUnpacked()
            ? Math.clamp(resident, 1, PackedB.TOGETHER)
            : rowsFirst ? Math.max(GemmTasks.LEAST_PANELS, resident) : 1;
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
