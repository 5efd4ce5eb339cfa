package dev.graft.backend.opencl;

import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The dimensions of a shape as a kernel walks them over several layouts, the innermost first:
 * sizes, and per layout strides and offset. Dimensions of size 1 are left out, neighbours that lie
 * evenly in all layouts are joined.
 */
final class ClNest {
  private final int[] sizes;
  private final int[][] strides;
  private final int[] offsets;

  private ClNest(int[] sizes, int[][] strides, int[] offsets) {
    this.sizes = sizes;
    this.strides = strides;
    this.offsets = offsets;
  }

  /** In the memory order of the first layout. */
  static ClNest inMemoryOrder(Layout... layouts) {
    return of(layouts[0].shape(), true, layouts);
  }

  /** In row-major order of the shape. */
  static ClNest rowMajor(Shape shape, Layout... layouts) {
    return of(shape, false, layouts);
  }

  private static ClNest of(Shape shape, boolean sorted, Layout... layouts) {
    List<Integer> dims = new ArrayList<>();
    for (int i = shape.rank() - 1; i >= 0; i--) {
      if (shape.dim(i) != 1) {
        dims.add(i);
      }
    }
    if (sorted) {
      dims.sort(Comparator.comparingInt(i -> Math.abs(layouts[0].stride(i))));
    }
    int[] sizes = new int[dims.size()];
    int[][] strides = new int[layouts.length][dims.size()];
    int n = 0;
    for (int dim : dims) {
      if (n > 0 && continues(sizes[n - 1], strides, n - 1, dim, layouts)) {
        sizes[n - 1] *= shape.dim(dim);
        continue;
      }
      sizes[n] = shape.dim(dim);
      for (int k = 0; k < layouts.length; k++) {
        strides[k][n] = layouts[k].stride(dim);
      }
      n++;
    }
    int[] offsets = Arrays.stream(layouts).mapToInt(Layout::offset).toArray();
    for (int k = 0; k < layouts.length; k++) {
      strides[k] = Arrays.copyOf(strides[k], n);
    }
    return new ClNest(Arrays.copyOf(sizes, n), strides, offsets);
  }

  private static boolean continues(
      int size, int[][] strides, int before, int dim, Layout... layouts) {
    for (int k = 0; k < layouts.length; k++) {
      if (layouts[k].stride(dim) != size * strides[k][before]) {
        return false;
      }
    }
    return true;
  }

  /** The number of elements. */
  int count() {
    int count = 1;
    for (int size : sizes) {
      count *= size;
    }
    return count;
  }

  int rank() {
    return sizes.length;
  }

  int offset(int layout) {
    return offsets[layout];
  }

  int[] sizes() {
    return sizes;
  }

  int[] strides(int layout) {
    return strides[layout];
  }

  /** What a kernel takes first: the number of elements, rank, sizes. */
  ClLaunch begin(ClLaunch launch) {
    return launch.of(count()).of(rank()).ints8(1, sizes);
  }

  /** One operand: buffer, offset, strides. */
  ClLaunch operand(ClLaunch launch, View view, int layout) {
    return launch.buffer((ClBuffer) view.buffer()).of(offsets[layout]).ints8(0, strides[layout]);
  }

  /**
   * This nest where a kernel can walk it; with more dimensions than that, one for each position of
   * the outermost.
   */
  List<ClNest> parts() {
    if (sizes.length <= ClLaunch.RANK) {
      return List.of(this);
    }
    int last = sizes.length - 1;
    List<ClNest> parts = new ArrayList<>();
    for (int i = 0; i < sizes[last]; i++) {
      int[] at = offsets.clone();
      int[][] inner = new int[strides.length][];
      for (int k = 0; k < at.length; k++) {
        at[k] += i * strides[k][last];
        inner[k] = Arrays.copyOf(strides[k], last);
      }
      parts.addAll(new ClNest(Arrays.copyOf(sizes, last), inner, at).parts());
    }
    return parts;
  }
}
