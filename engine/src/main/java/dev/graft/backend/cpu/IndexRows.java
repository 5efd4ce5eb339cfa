package dev.graft.backend.cpu;

import dev.graft.backend.View;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/** Picking, and adding to, whole rows of row-major arrays: embeddings and their gradients. */
final class IndexRows {
  private static final VectorSpecies<Float> S = Vectors.SPECIES;
  private static final int L = Vectors.LANES;

  private IndexRows() {}

  static boolean fits(View src, int dim, View dst) {
    return dim == 0 && src.layout().isRowMajor() && dst.layout().isRowMajor();
  }

  private static int size(View v) {
    int size = 1;
    for (int i = 1; i < v.shape().rank(); i++) {
      size *= v.dim(i);
    }
    return size;
  }

  private static int grain(int size) {
    return Math.max(1, ElementwiseSimd.GRAIN / Math.max(1, size));
  }

  static void select(View src, int[] index, View dst) {
    int size = size(src);
    Parallel.forRange(
        index.length,
        grain(size),
        (from, to) -> {
          for (int i = from; i < to; i++) {
            int at = src.offset() + index[i] * size;
            System.arraycopy(src.array(), at, dst.array(), dst.offset() + i * size, size);
          }
        });
  }

  /**
   * Rows of the target are cut among the threads, and each finds what is added to it in the order
   * of the index: the same bits as one thread's, whatever repeats.
   */
  static void add(View src, int[] index, View dst) {
    int size = size(dst);
    int[] first = new int[dst.dim(0) + 1];
    for (int i : index) {
      first[i + 1]++;
    }
    for (int r = 0; r < dst.dim(0); r++) {
      first[r + 1] += first[r];
    }
    int[] next = first.clone();
    int[] order = new int[index.length];
    for (int i = 0; i < index.length; i++) {
      order[next[index[i]]++] = i;
    }
    Parallel.forRange(
        dst.dim(0),
        grain(size),
        (from, to) -> {
          for (int r = from; r < to; r++) {
            int target = dst.offset() + r * size;
            for (int k = first[r]; k < first[r + 1]; k++) {
              addRow(src.array(), src.offset() + order[k] * size, dst.array(), target, size);
            }
          }
        });
  }

  private static void addRow(float[] x, int at, float[] y, int to, int n) {
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector sum = FloatVector.fromArray(S, y, to + i);
      sum.add(FloatVector.fromArray(S, x, at + i)).intoArray(y, to + i);
    }
    if (i < n) {
      VectorMask<Float> m = S.indexInRange(i, n);
      FloatVector sum = FloatVector.fromArray(S, y, to + i, m);
      sum.add(FloatVector.fromArray(S, x, at + i, m)).intoArray(y, to + i, m);
    }
  }
}
