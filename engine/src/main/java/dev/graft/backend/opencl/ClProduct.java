package dev.graft.backend.opencl;

import dev.graft.backend.View;

/**
 * A product out[b, i, j] = Σ a[b, i, k]·b[b, k, j] (+ bias[j]) (+ residual[b, i, j]) (relu) for
 * {@code gemm.cl}: filled in, then {@link #run}. Neighbours along j lie next to each other in out.
 */
final class ClProduct {
  /** How an operand is read, as the kernel's macros have it. */
  static final int ACROSS = 0;

  static final int ALONG = 1;
  static final int PIXELS = 2;

  /** A longer sum is cut, for its precision's sake and to keep all units busy. */
  private static final int LONGEST_SUM = 8192;

  private static final int SHORTEST_SPLIT = 256;
  private static final int ENOUGH_TILES_PER_UNIT = 4;

  private final ClBackend backend;
  private final int m;
  private final int n;
  private final int k;
  private int batch = 1;

  private ClBuffer a;
  private int aMode;
  private int[] aPlace;
  private boolean aFour;

  private ClBuffer b;
  private int bMode;
  private int[] bPlace;
  private boolean bFour;

  private View out;
  private int outRow;
  private int outBatch;
  private int[] scatter;

  private View bias;
  private int biasBatch;
  private View residual;
  private boolean relu;

  private ClTile chosen;
  private int[] image = {};
  private int[] taps = {};

  ClProduct(ClBackend backend, int m, int n, int k) {
    this.backend = backend;
    this.m = m;
    this.n = n;
    this.k = k;
  }

  ClProduct batch(int count) {
    batch = count;
    return this;
  }

  /** a as a matrix with strides along i, k and the batch. */
  ClProduct a(ClBuffer buffer, int offset, int strideI, int strideK, int strideBatch) {
    a = buffer;
    aMode = strideI == 1 && strideK != 1 ? ALONG : ACROSS;
    aFour = aMode == ALONG || strideK == 1;
    aPlace = new int[] {offset, strideI, strideK, strideBatch};
    return this;
  }

  /** b as a matrix with strides along k, j and the batch. */
  ClProduct b(ClBuffer buffer, int offset, int strideK, int strideJ, int strideBatch) {
    b = buffer;
    bMode = strideK == 1 && strideJ != 1 ? ALONG : ACROSS;
    bFour = bMode == ALONG || strideJ == 1;
    bPlace = new int[] {offset, strideK, strideJ, strideBatch};
    return this;
  }

  /** a as the windows of an image that lies channels last; the batch goes over its groups. */
  ClProduct aPixels(ClBuffer buffer, int offset, ClWindows windows) {
    a = buffer;
    aMode = PIXELS;
    aFour = windows.channels() % 4 == 0;
    aPlace = new int[] {offset, 0, 0, windows.channels()};
    return windows(windows);
  }

  /** b as the windows of an image. */
  ClProduct bPixels(ClBuffer buffer, int offset, ClWindows windows) {
    b = buffer;
    bMode = PIXELS;
    bFour = windows.channels() % 4 == 0;
    bPlace = new int[] {offset, 0, 0, windows.channels()};
    return windows(windows);
  }

  private ClProduct windows(ClWindows windows) {
    image = windows.image();
    taps = windows.taps();
    return this;
  }

  ClProduct out(View view, int strideRow, int strideBatch) {
    out = view;
    outRow = strideRow;
    outBatch = strideBatch;
    return this;
  }

  /** Rows of out are windows (n, p, q), with these strides. */
  ClProduct scattered(int... strides) {
    scatter = strides;
    return this;
  }

  ClProduct bias(View view, int strideBatch) {
    bias = view;
    biasBatch = strideBatch;
    return this;
  }

  /** Computes by this tile instead of the one that looks fastest. */
  ClProduct by(ClTile tile) {
    chosen = tile;
    return this;
  }

  /** residual lies as out does. */
  ClProduct epilogue(View added, boolean withRelu) {
    residual = added;
    relu = withRelu;
    return this;
  }

  void run() {
    if (m == 0 || n == 0 || batch == 0) {
      return;
    }
    ClTile tile = chosen != null ? chosen : ClTile.of(backend.device(), m, n, batch);
    int splits = scatter == null ? splits(tile) : 1;
    if (splits == 1) {
      launch(tile, 1, k, out, outRow, outBatch, 0, true);
      return;
    }
    int length = (k + splits - 1) / splits;
    length = (length + tile.bk() - 1) / tile.bk() * tile.bk();
    splits = (k + length - 1) / length;
    int size = m * n * batch;
    ClBuffer partial = backend.buffer(size * splits);
    View sums = new View(partial, out.layout().at(0));
    launch(tile, splits, length, sums, n, m * n, size, false);
    finish(partial, splits, size);
    partial.release();
  }

  private int splits(ClTile tile) {
    long tiles = tile.tiles(m, n) * batch;
    long enough = (long) ENOUGH_TILES_PER_UNIT * backend.device().units();
    long forUnits = Math.min(enough / Math.max(1, tiles), k / SHORTEST_SPLIT);
    long forPrecision = (k + LONGEST_SUM - 1) / LONGEST_SUM;
    long fitting = Math.max(1, Integer.MAX_VALUE / 2 / ((long) m * n * batch));
    return (int) Math.clamp(Math.max(forUnits, forPrecision), 1, Math.min(1024, fitting));
  }

  private void launch(
      ClTile tile, int splits, int length, View to, int row, int step, int split, boolean last) {
    String macros =
        tile.macros()
            + (" -DA_MODE=" + aMode + " -DAV=" + (aFour ? 4 : 1))
            + (" -DB_MODE=" + bMode + " -DBV=" + (bFour ? 4 : 1))
            + (scatter == null ? "" : " -DSCATTER");
    ClLaunch launch = backend.program("gemm.cl", macros).launch("gemm");
    launch.of(m).of(n).of(k).of(splits).of(length);
    launch.buffer(a).of(aPlace[0]).of(aPlace[1]).of(aPlace[2]).of(aPlace[3]);
    launch.buffer(b).of(bPlace[0]).of(bPlace[1]).of(bPlace[2]).of(bPlace[3]);
    launch.view(to).of(row).of(step).of(split);
    launch.optional(last ? bias : null).of(biasBatch);
    launch.optional(last ? residual : null).of(last && relu ? 1 : 0);
    launch.ints8(1, image).ints8(1, taps);
    int[] apart = scatter == null ? new int[3] : scatter;
    launch.int4(apart[0], apart[1], apart[2], 0);
    launch.groups(tile.tiles(m, n) * batch * splits, tile.group());
  }

  private void finish(ClBuffer partial, int splits, int size) {
    ClLaunch launch = backend.launch("gemm_finish.cl", "gemm_finish");
    launch.of(size).of(m).of(n).of(splits).of(size).buffer(partial);
    launch.view(out).of(outRow).of(outBatch);
    launch.optional(bias).of(biasBatch).optional(residual).of(relu ? 1 : 0).run(size);
  }
}
