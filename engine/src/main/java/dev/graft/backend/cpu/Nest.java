package dev.graft.backend.cpu;

import dev.graft.tensor.Layout;
import java.util.Arrays;

/**
 * One loop nest over several layouts of one shape: dimensions of size 1 dropped, sorted so that the
 * first layout is walked in memory order, and merged where all layouts allow it. An elementwise
 * operation on dense operands thus becomes one flat row.
 */
final class Nest {
  /** What to do with one innermost run: the position in each layout and the number of elements. */
  @FunctionalInterface
  interface RowBody {
    void run(int[] at, int length);
  }

  private final int[] dims;
  private final int[][] strides;
  private final int[] offsets;

  private Nest(int[] dims, int[][] strides, int[] offsets) {
    this.dims = dims;
    this.strides = strides;
    this.offsets = offsets;
  }

  static Nest of(Layout... layouts) {
    int rank = layouts[0].rank();
    int[] dims = new int[rank];
    int[][] strides = new int[layouts.length][rank];
    int[] offsets = new int[layouts.length];
    int n = 0;
    for (int i = 0; i < rank; i++) {
      if (layouts[0].dim(i) != 1) {
        int at = slot(layouts[0], i, strides[0], n);
        insert(dims, n, at, layouts[0].dim(i));
        for (int k = 0; k < layouts.length; k++) {
          insert(strides[k], n, at, layouts[k].stride(i));
        }
        n++;
      }
    }
    for (int k = 0; k < layouts.length; k++) {
      offsets[k] = layouts[k].offset();
    }
    return merged(dims, strides, offsets, n);
  }

  /** Where dimension {@code i} belongs: large strides outside, repeats (stride 0) outermost. */
  private static int slot(Layout lead, int i, int[] sorted, int n) {
    int at = n;
    while (at > 0 && (lead.stride(i) == 0 || sorted[at - 1] != 0)) {
      if (lead.stride(i) != 0 && sorted[at - 1] >= lead.stride(i)) {
        break;
      }
      at--;
    }
    return at;
  }

  private static void insert(int[] list, int n, int at, int value) {
    System.arraycopy(list, at, list, at + 1, n - at);
    list[at] = value;
  }

  private static Nest merged(int[] dims, int[][] strides, int[] offsets, int n) {
    int m = 0;
    for (int i = 0; i < n; i++) {
      boolean joins = m > 0;
      for (int k = 0; joins && k < strides.length; k++) {
        joins = strides[k][m - 1] == strides[k][i] * dims[i];
      }
      int at = joins ? m - 1 : m++;
      dims[at] = joins ? dims[at] * dims[i] : dims[i];
      for (int[] s : strides) {
        s[at] = s[i];
      }
    }
    boolean scalar = m == 0;
    int rank = Math.max(m, 1);
    int[][] kept = new int[strides.length][];
    for (int k = 0; k < kept.length; k++) {
      kept[k] = scalar ? new int[] {1} : Arrays.copyOf(strides[k], rank);
    }
    return new Nest(scalar ? new int[] {1} : Arrays.copyOf(dims, rank), kept, offsets);
  }

  int rank() {
    return dims.length;
  }

  int dim(int i) {
    return dims[i];
  }

  /** The stride of dimension {@code i} in layout {@code k}. */
  int stride(int k, int i) {
    return strides[k][i];
  }

  int offset(int k) {
    return offsets[k];
  }

  /** The size of the innermost dimension. */
  int length() {
    return dims[dims.length - 1];
  }

  /** The stride of the innermost dimension in layout {@code k}. */
  int step(int k) {
    return strides[k][dims.length - 1];
  }

  int numel() {
    int n = 1;
    for (int d : dims) {
      n *= d;
    }
    return n;
  }

  /** The nest over those of the dimensions that {@code wanted} names; may have rank 0. */
  Nest only(boolean[] wanted) {
    int n = 0;
    int[] d = new int[dims.length];
    int[][] s = new int[strides.length][dims.length];
    for (int i = 0; i < dims.length; i++) {
      if (wanted[i]) {
        d[n] = dims[i];
        for (int k = 0; k < s.length; k++) {
          s[k][n] = strides[k][i];
        }
        n++;
      }
    }
    return new Nest(Arrays.copyOf(d, n), s, offsets);
  }

  /** Walks all innermost runs in parallel, in pieces of about {@code grain} elements. */
  void forEachRow(int grain, RowBody body) {
    int length = length();
    int total = numel();
    if (total == 0) {
      return;
    }
    int blocks = (length + grain - 1) / grain;
    int units = total / length * blocks;
    boolean[] outer = new boolean[dims.length];
    Arrays.fill(outer, 0, dims.length - 1, true);
    Nest rows = only(outer);
    Parallel.forRange(
        units,
        blocks > 1 ? 1 : Math.max(1, grain / length),
        (from, to) -> {
          Cursor cursor = rows.cursor(from / blocks);
          int[] at = new int[strides.length];
          for (int u = from; u < to; u++) {
            int start = u % blocks * grain;
            for (int k = 0; k < at.length; k++) {
              at[k] = cursor.at(k) + start * step(k);
            }
            body.run(at, Math.min(grain, length - start));
            if ((u + 1) % blocks == 0) {
              cursor.next();
            }
          }
        });
  }

  /** A walk over all dimensions in order, from the element of that number on. */
  Cursor cursor(int start) {
    return new Cursor(start);
  }

  /** Positions in all layouts, advanced like an odometer. */
  final class Cursor {
    private final int[] index = new int[dims.length];
    private final int[] at = offsets.clone();

    private Cursor(int start) {
      int rest = start;
      for (int i = dims.length - 1; i >= 0; i--) {
        index[i] = rest % dims[i];
        rest /= dims[i];
        for (int k = 0; k < at.length; k++) {
          at[k] += index[i] * strides[k][i];
        }
      }
    }

    int at(int k) {
      return at[k];
    }

    void next() {
      for (int i = dims.length - 1; i >= 0; i--) {
        boolean wraps = ++index[i] == dims[i];
        for (int k = 0; k < at.length; k++) {
          at[k] += wraps ? strides[k][i] * (1 - dims[i]) : strides[k][i];
        }
        if (!wraps) {
          return;
        }
        index[i] = 0;
      }
    }
  }
}
