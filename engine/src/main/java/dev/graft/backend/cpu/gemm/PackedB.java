package dev.graft.backend.cpu.gemm;

import dev.graft.backend.Lines;
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

  /** Reads panels of the operand. */
  public interface Source {
    /** Writes panels {@code first … end−1} of n columns and k rows, one after the other. */
    void readPanels(int first, int end, int k, int n, float[] to, int at);
  }

  /** One that reads all rows of the columns of one panel. */
  public interface PanelSource extends Source {
    /**
     * Writes columns {@code column … column+count−1} of row k to {@code to[at + k·NR …]}, for every
     * k.
     */
    void read(int column, int count, float[] to, int at);

    @Override
    default void readPanels(int first, int end, int k, int n, float[] to, int at) {
      int nr = Blocking.NR;
      for (int p = first; p < end; p++) {
        int columns = Math.min(nr, n - p * nr);
        int panel = at + (p - first) * k * nr;
        if (columns < nr) {
          Arrays.fill(to, panel, panel + k * nr, 0);
        }
        read(p * nr, columns, to, panel);
      }
    }
  }

  /**
   * Panels read at a time from a matrix in rows: 512 bytes of each. Where rows are 12 KB apart,
   * runs of 64 or 128 bytes are read at 1 to 3 GB/s, of 256 at 4 to 6, of 512 at 5 to 10 (Zen 3, B
   * of 7 MB): on one thread 64×3136×576 1.42 to 1.45 of the speed of one panel at a time, 1.10 with
   * 256 bytes.
   */
  static final int TOGETHER = Math.ceilDiv(128, Blocking.NR);

  /** Floats that a task packs at least. */
  private static final int PACKED = 1 << 14;

  /** Rows transposed at a time: 64 lines of the panel (8 KB at 512 bits) stay in L1. */
  private static final int DEPTH = 64;

  final int k;
  final int n;
  private final float[] data;
  private final int start;
  private final Source source;

  private PackedB(float[] data, int start, Source source, int k, int n) {
    this.data = data;
    this.start = start;
    this.source = source;
    this.k = k;
    this.n = n;
  }

  /** One whose panels are read when they are multiplied, by the thread that needs them. */
  static PackedB unpacked(int k, int n, float[] b, int at, int strideK, int strideN) {
    return new PackedB(null, 0, source(k, b, at, strideK, strideN), k, n);
  }

  /** Whether every task that multiplies a panel has to read it from its source. */
  boolean isUnpacked() {
    return data == null;
  }

  /**
   * The array that holds these panels, which may be {@code own}'s, from {@link #at} of the first.
   */
  float[] panels(int first, int end, Lines.Run own) {
    if (data != null) {
      return data;
    }
    source.readPanels(first, end, k, n, own.array(), own.at());
    return own.array();
  }

  /** Where panels that begin with {@code first} lie in their array. */
  int at(int first, Lines.Run own) {
    return data == null ? own.at() : start + first * k * Blocking.NR;
  }

  public static int length(int k, int n) {
    return Math.multiplyExact(panels(n) * Blocking.NR, k);
  }

  /** The length of an array that {@link #pack} and the like fill, from a cache line on. */
  public static int arrayLength(int k, int n) {
    return Lines.longArray(length(k, n));
  }

  /** Floats that it holds. */
  public int length() {
    return length(k, n);
  }

  static int panels(int n) {
    return (n + Blocking.NR - 1) / Blocking.NR;
  }

  /** Packs into {@code data} of {@link #arrayLength}, panel by panel. */
  public static PackedB packPanels(int k, int n, Source source, float[] data) {
    return packPanels(k, n, source, data, Lines.FIRST);
  }

  /** Packs into {@code data} from {@code start} on, {@link #length} floats. */
  public static PackedB packPanels(int k, int n, Source source, float[] data, int start) {
    int panel = k * Blocking.NR;
    int together = Math.clamp(panels(n) / (4 * Parallel.threads()), 1, TOGETHER);
    Parallel.forRange(
        panels(n),
        Math.max(together, PACKED / Math.max(1, panel)),
        (from, to) -> source.readPanels(from, to, k, n, data, start + from * panel));
    return new PackedB(data, start, null, k, n);
  }

  /** Packs element (k, n) from {@code b[at + k·strideK + n·strideN]}. */
  public static PackedB pack(
      int k, int n, float[] b, int at, int strideK, int strideN, float[] data) {
    return packPanels(k, n, source(k, b, at, strideK, strideN), data);
  }

  private static Source source(int k, float[] b, int at, int strideK, int strideN) {
    if (strideN == 1) {
      return (first, end, depth, n, to, toAt) ->
          readRows(b, at, strideK, first, end, depth, n, to, toAt);
    }
    PanelSource transposed =
        (column, count, to, toAt) -> {
          for (int i = 0; i < k; i += DEPTH) {
            int depth = Math.min(DEPTH, k - i);
            int from = at + i * strideK + column * strideN;
            transpose(b, from, strideK, strideN, depth, count, to, toAt + i * Blocking.NR);
          }
        };
    return transposed;
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
            copyRow(b, at + i * strideK, n, data, Lines.FIRST + i * nr, k * nr);
          }
        });
    return new PackedB(data, Lines.FIRST, null, k, n);
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

  /** Panels of a matrix whose rows are runs of memory. */
  private static void readRows(
      float[] b, int start, int stride, int first, int end, int k, int n, float[] to, int at) {
    int nr = Blocking.NR;
    int distance = k * nr;
    for (int p = first, panel = at; p < end; p += TOGETHER, panel += TOGETHER * distance) {
      int count = Math.min(n - p * nr, Math.min(end - p, TOGETHER) * nr);
      for (int i = 0, from = start + p * nr; i < k; i++, from += stride) {
        copyRow(b, from, count, to, panel + i * nr, distance);
      }
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
