package dev.graft.backend.cpu;

import dev.graft.backend.CopyKernels;
import dev.graft.backend.View;
import java.util.Arrays;

/** Moving numbers: block copies where both sides are contiguous, tiles where one is transposed. */
final class CopySimd implements CopyKernels {
  /** A tile of 32×32 floats touches 32 lines on either side, which stay in L1. */
  private static final int TILE = 32;

  @Override
  public void copy(View src, View dst) {
    Nest nest = Nest.of(dst.layout(), src.layout());
    int across = nest.step(1) > 1 ? contiguousInSource(nest) : -1;
    if (across >= 0) {
      transpose(nest, across, src.array(), dst.array());
      return;
    }
    float[] from = src.array();
    float[] to = dst.array();
    int fromStep = nest.step(1);
    int toStep = nest.step(0);
    nest.forEachRow(
        ElementwiseSimd.GRAIN,
        (at, n) -> {
          if (toStep == 1 && fromStep == 1) {
            System.arraycopy(from, at[1], to, at[0], n);
          } else if (toStep == 1 && fromStep == 0) {
            Arrays.fill(to, at[0], at[0] + n, from[at[1]]);
          } else {
            for (int i = 0, a = at[1], b = at[0]; i < n; i++, a += fromStep, b += toStep) {
              to[b] = from[a];
            }
          }
        });
  }

  /** A dimension other than the innermost along which the source is contiguous, or −1. */
  private static int contiguousInSource(Nest nest) {
    for (int i = nest.rank() - 2; i >= 0; i--) {
      if (nest.stride(1, i) == 1) {
        return i;
      }
    }
    return -1;
  }

  private static void transpose(Nest nest, int across, float[] from, float[] to) {
    boolean[] rest = new boolean[nest.rank()];
    Arrays.fill(rest, 0, nest.rank() - 1, true);
    rest[across] = false;
    Nest outer = nest.only(rest);
    int width = nest.dim(across);
    int length = nest.length();
    int bands = (width + TILE - 1) / TILE;
    Parallel.forRange(
        outer.numel() * bands,
        Math.max(1, ElementwiseSimd.GRAIN / (TILE * Math.max(1, length))),
        (first, last) -> {
          Nest.Cursor cursor = outer.cursor(first / bands);
          for (int u = first; u < last; u++) {
            int j = u % bands * TILE;
            int a = cursor.at(1) + j;
            int b = cursor.at(0) + j * nest.stride(0, across);
            int rows = Math.min(TILE, width - j);
            band(from, a, nest.step(1), to, b, nest.stride(0, across), nest.step(0), rows, length);
            if ((u + 1) % bands == 0) {
              cursor.next();
            }
          }
        });
  }

  /** {@code to[b + j·toRow + i·toStep] = from[a + j + i·fromStep]} for j &lt; rows, i &lt; n. */
  private static void band(
      float[] from,
      int a,
      int fromStep,
      float[] to,
      int b,
      int toRow,
      int toStep,
      int rows,
      int n) {
    for (int start = 0; start < n; start += TILE) {
      int end = Math.min(n, start + TILE);
      for (int j = 0; j < rows; j++) {
        int in = a + j + start * fromStep;
        int out = b + j * toRow + start * toStep;
        for (int i = start; i < end; i++, in += fromStep, out += toStep) {
          to[out] = from[in];
        }
      }
    }
  }

  @Override
  public void fill(View dst, float value) {
    Nest nest = Nest.of(dst.layout());
    float[] to = dst.array();
    int step = nest.step(0);
    nest.forEachRow(
        ElementwiseSimd.GRAIN,
        (at, n) -> {
          if (step == 1) {
            Arrays.fill(to, at[0], at[0] + n, value);
          } else {
            for (int i = 0, b = at[0]; i < n; i++, b += step) {
              to[b] = value;
            }
          }
        });
  }

  @Override
  public void indexSelect(View src, int dim, int[] index, View dst) {
    if (IndexRows.fits(src, dim, dst)) {
      IndexRows.select(src, index, dst);
      return;
    }
    for (int i = 0; i < index.length; i++) {
      View from = src.with(src.layout().slice(dim, index[i], index[i] + 1, 1));
      copy(from, dst.with(dst.layout().slice(dim, i, i + 1, 1)));
    }
  }

  @Override
  public void indexAdd(View src, int dim, int[] index, View dst) {
    if (IndexRows.fits(src, dim, dst)) {
      IndexRows.add(src, index, dst);
      return;
    }
    float[] from = src.array();
    float[] to = dst.array();
    for (int i = 0; i < index.length; i++) {
      Nest nest =
          Nest.of(
              dst.layout().slice(dim, index[i], index[i] + 1, 1),
              src.layout().slice(dim, i, i + 1, 1));
      int fromStep = nest.step(1);
      int toStep = nest.step(0);
      nest.forEachRow(
          ElementwiseSimd.GRAIN,
          (at, n) -> {
            for (int k = 0, a = at[1], b = at[0]; k < n; k++, a += fromStep, b += toStep) {
              to[b] += from[a];
            }
          });
    }
  }
}
