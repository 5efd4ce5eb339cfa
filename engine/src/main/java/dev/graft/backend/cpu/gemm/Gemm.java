package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Parallel;
import dev.graft.backend.cpu.Vectors;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops around the microkernel, after BLIS (van Zee and van de Geijn, 2015): blocks of rows, by
 * blocks of columns, by blocks of K. A task owns its part of the result and sums over K in one
 * fixed order, so the bits do not depend on the number of threads.
 */
public final class Gemm {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;
  private static final int NR = Blocking.NR;
  private static final int MR = Microkernel.BEST.rows();

  /** Aimed at so that many cores find work; where rows are few, columns are cut too. */
  private static final int TASKS = 16;

  /**
   * Panels of A, and of B, in a task at least: reading a panel of B from memory, or packing one of
   * A, takes about as long as one or half a tile's products and must serve several tiles.
   */
  private static final int LEAST_PANELS = 4;

  /** Multiply-adds under which a product is not worth waking another thread (about 10 µs). */
  private static final long SMALL = 200_000;

  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  private static final class Scratch {
    final float[] a = new float[Blocking.PANELS * MR * Blocking.ROW_STRIDE];
    final float[] tile = new float[MR * NR];
  }

  private Gemm() {}

  /**
   * {@code out[target.offset(i) + j] (+)= Σ_k A[i, k]·B[k, j] (+ bias[biasAt + j])}.
   *
   * @param add whether to add to what out holds instead of overwriting it
   */
  public static void run(
      int m,
      RowPacker a,
      PackedB b,
      float[] bias,
      int biasAt,
      boolean add,
      float[] out,
      RowTarget target) {
    int panels = PackedB.panels(b.n);
    long work = (long) m * b.n * Math.max(1, b.k);
    int block = blockRows(m);
    int rowBlocks = Math.ceilDiv(m, block);
    int columnBlocks = work < SMALL ? 1 : Math.ceilDiv(TASKS, Math.max(1, rowBlocks));
    int panelsPerBlock = Math.max(LEAST_PANELS, Math.ceilDiv(panels, columnBlocks));
    int columns = (panels + panelsPerBlock - 1) / panelsPerBlock;
    int tasks = rowBlocks * columns;
    Parallel.forRange(
        tasks,
        work < SMALL ? tasks : 1,
        (from, to) -> {
          for (int task = from; task < to; task++) {
            int row = task / columns * block;
            int panel = task % columns * panelsPerBlock;
            int panelEnd = Math.min(panels, panel + panelsPerBlock);
            int rowEnd = Math.min(m, row + block);
            block(row, rowEnd, a, b, panel, panelEnd, bias, biasAt, add, out, target);
          }
        });
  }

  /** Whole panels, up to PANELS; fewer where that would leave only a few tasks. */
  private static int blockRows(int m) {
    int rowPanels = Math.max(1, Math.ceilDiv(m, MR));
    return MR * Math.clamp(rowPanels / 8, Math.min(LEAST_PANELS, rowPanels), Blocking.PANELS);
  }

  private static void block(
      int row,
      int rowEnd,
      RowPacker a,
      PackedB b,
      int panel,
      int panelEnd,
      float[] bias,
      int biasAt,
      boolean add,
      float[] out,
      RowTarget target) {
    Scratch scratch = SCRATCH.get();
    int k = 0;
    do {
      int count = Math.min(Blocking.KC, b.k - k);
      if (count > 0) {
        a.packRows(row, rowEnd - row, k, count, scratch.a, 0);
      }
      boolean first = k == 0;
      for (int p = panel; p < panelEnd; p++) {
        int columns = Math.min(NR, b.n - p * NR);
        int bAt = (p * b.k + k) * NR;
        for (int r = row; r < rowEnd; r += MR) {
          int aAt = (r - row) * Blocking.ROW_STRIDE;
          Microkernel.BEST.run(count, scratch.a, aAt, b.data, bAt, scratch.tile);
          float[] tileBias = first ? bias : null;
          int rows = Math.min(MR, rowEnd - r);
          store(
              scratch.tile, r, rows, p * NR, columns, tileBias, biasAt, add || !first, out, target);
        }
      }
      k += count;
    } while (k < b.k);
  }

  private static void store(
      float[] tile,
      int row,
      int rows,
      int column,
      int columns,
      float[] bias,
      int biasAt,
      boolean add,
      float[] out,
      RowTarget target) {
    for (int r = 0; r < rows; r++) {
      int from = r * NR;
      int to = target.offset(row + r) + column;
      if (columns == NR) {
        storeVector(tile, from, bias, biasAt + column, add, out, to);
        storeVector(tile, from + L, bias, biasAt + column + L, add, out, to + L);
      } else {
        for (int j = 0; j < columns; j++) {
          float value = tile[from + j] + (bias == null ? 0 : bias[biasAt + column + j]);
          out[to + j] = add ? out[to + j] + value : value;
        }
      }
    }
  }

  private static void storeVector(
      float[] tile, int from, float[] bias, int biasAt, boolean add, float[] out, int to) {
    FloatVector value = FloatVector.fromArray(S, tile, from);
    if (bias != null) {
      value = value.add(FloatVector.fromArray(S, bias, biasAt));
    }
    if (add) {
      value = FloatVector.fromArray(S, out, to).add(value);
    }
    value.intoArray(out, to);
  }
}
