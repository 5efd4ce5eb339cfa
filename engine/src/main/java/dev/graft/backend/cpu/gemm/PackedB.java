package dev.graft.backend.cpu.gemm;

import dev.graft.backend.cpu.Parallel;
import dev.graft.backend.cpu.Vectors;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The right operand [k, n] in panels of NR columns: panel j holds [k][NR], zero beyond n, so that
 * the microkernel reads it in one run.
 */
public final class PackedB {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  /** Reads all rows of some columns of the operand. */
  public interface PanelSource {
    /**
     * Writes columns {@code column … column+count−1} of row k to {@code to[at + k·NR …]}, for every
     * k.
     */
    void read(int column, int count, float[] to, int at);
  }

  /** Floats that a task packs at least. */
  private static final int PACKED = 1 << 14;

  /** Rows transposed at a time: 64 lines of the panel (8 KB at 512 bits) stay in L1. */
  private static final int DEPTH = 64;

  final int k;
  final int n;
  private final float[] data;
  private final int start;
  private final PanelSource source;

  private PackedB(float[] data, int start, PanelSource source, int k, int n) {
    this.data = data;
    this.start = start;
    this.source = source;
    this.k = k;
    this.n = n;
  }

  /** One that is read panel by panel when it is multiplied, each by the thread that needs it. */
  static PackedB unpacked(int k, int n, float[] b, int at, int strideK, int strideN) {
    return new PackedB(null, 0, source(k, b, at, strideK, strideN), k, n);
  }

  /** Whether every task that multiplies a panel has to read it from its source. */
  boolean isUnpacked() {
    return data == null;
  }

  /** The array that holds panel {@code p}, which may be {@code own}, from {@link #at} on. */
  float[] panel(int p, float[] own) {
    if (data != null) {
      return data;
    }
    int columns = Math.min(Blocking.NR, n - p * Blocking.NR);
    if (columns < Blocking.NR) {
      Arrays.fill(own, 0, k * Blocking.NR, 0);
    }
    source.read(p * Blocking.NR, columns, own, 0);
    return own;
  }

  /** Where panel {@code p} begins in its array. */
  int at(int p) {
    return start + (data == null ? 0 : p * k * Blocking.NR);
  }

  public static int length(int k, int n) {
    return Math.multiplyExact(panels(n) * Blocking.NR, k);
  }

  /** Floats that it holds. */
  public int length() {
    return length(k, n);
  }

  static int panels(int n) {
    return (n + Blocking.NR - 1) / Blocking.NR;
  }

  /** Packs into {@code data} of at least {@link #length}, panel by panel. */
  public static PackedB packPanels(int k, int n, PanelSource source, float[] data) {
    return packPanels(k, n, source, data, 0);
  }

  /** As {@link #packPanels(int, int, PanelSource, float[])}, from {@code start} on. */
  public static PackedB packPanels(int k, int n, PanelSource source, float[] data, int start) {
    int nr = Blocking.NR;
    Parallel.forRange(
        panels(n),
        Math.max(1, PACKED / Math.max(1, k * nr)),
        (from, to) -> {
          for (int panel = from; panel < to; panel++) {
            int columns = Math.min(nr, n - panel * nr);
            int at = start + panel * nr * k;
            if (columns < nr) {
              Arrays.fill(data, at, at + nr * k, 0);
            }
            source.read(panel * nr, columns, data, at);
          }
        });
    return new PackedB(data, start, null, k, n);
  }

  /** Packs element (k, n) from {@code b[at + k·strideK + n·strideN]}. */
  public static PackedB pack(
      int k, int n, float[] b, int at, int strideK, int strideN, float[] data) {
    return packPanels(k, n, source(k, b, at, strideK, strideN), data);
  }

  private static PanelSource source(int k, float[] b, int at, int strideK, int strideN) {
    if (strideN == 1) {
      return (column, count, to, toAt) -> copyPanel(b, at + column, strideK, k, count, to, toAt);
    }
    return (column, count, to, toAt) -> {
      for (int i = 0; i < k; i += DEPTH) {
        int depth = Math.min(DEPTH, k - i);
        int from = at + i * strideK + column * strideN;
        transpose(b, from, strideK, strideN, depth, count, to, toAt + i * Blocking.NR);
      }
    };
  }

  /**
   * Packs element (k, n) from {@code b[at + k·strideK + n]}, row by row and all panels of each:
   * what comes from memory is then read in one run. Panel by panel, 128 bytes of a row at a time,
   * most of the time went to waiting where the rows are long.
   */
  public static PackedB packRows(int k, int n, float[] b, int at, int strideK, float[] data) {
    int nr = Blocking.NR;
    Parallel.forRange(
        k,
        Math.max(1, PACKED / n),
        (from, to) -> {
          for (int i = from; i < to; i++) {
            copyRow(b, at + i * strideK, n, data, i * nr, k * nr);
          }
        });
    return new PackedB(data, 0, null, k, n);
  }

  /**
   * One row, its panels {@code distance} apart. Whole panels go by vectors: a call of arraycopy
   * takes longer than 32 floats do.
   */
  private static void copyRow(float[] b, int from, int n, float[] to, int at, int distance) {
    int nr = Blocking.NR;
    int whole = n / nr * nr;
    int t = at;
    for (int j = 0; j < whole; j += nr, t += distance) {
      FloatVector x = FloatVector.fromArray(S, b, from + j);
      FloatVector y = FloatVector.fromArray(S, b, from + j + L);
      x.intoArray(to, t);
      y.intoArray(to, t + L);
    }
    if (whole < n) {
      System.arraycopy(b, from + whole, to, t, n - whole);
      Arrays.fill(to, t + n - whole, t + nr, 0);
    }
  }

  /** One panel, its rows {@code strideK} apart. */
  private static void copyPanel(
      float[] b, int from, int strideK, int k, int count, float[] to, int toAt) {
    if (count < Blocking.NR) {
      for (int i = 0; i < k; i++) {
        System.arraycopy(b, from + i * strideK, to, toAt + i * Blocking.NR, count);
      }
      return;
    }
    for (int i = 0, f = from, t = toAt; i < k; i++, f += strideK, t += Blocking.NR) {
      FloatVector x = FloatVector.fromArray(S, b, f);
      FloatVector y = FloatVector.fromArray(S, b, f + L);
      x.intoArray(to, t);
      y.intoArray(to, t + L);
    }
  }

  private static void transpose(
      float[] b, int from, int strideK, int strideN, int depth, int count, float[] to, int toAt) {
    for (int j = 0; j < count; j++) {
      int at = from + j * strideN;
      for (int i = 0, t = toAt + j; i < depth; i++, at += strideK, t += Blocking.NR) {
        to[t] = b[at];
      }
    }
  }
}
