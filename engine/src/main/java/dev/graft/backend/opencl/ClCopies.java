package dev.graft.backend.opencl;

import dev.graft.backend.CopyKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import java.util.Arrays;

/** The kernels of {@code copies.cl}. */
final class ClCopies implements CopyKernels {
  private static final String FILE = "copies.cl";

  private final ClBackend backend;

  ClCopies(ClBackend backend) {
    this.backend = backend;
  }

  @Override
  public void copy(View src, View dst) {
    for (ClNest nest : ClNest.inMemoryOrder(dst.layout(), src.layout()).parts()) {
      ClLaunch launch = nest.begin(backend.launch(FILE, "copy"));
      nest.operand(launch, dst, 0);
      nest.operand(launch, src, 1);
      launch.run(nest.count());
    }
  }

  @Override
  public void fill(View dst, float value) {
    for (ClNest nest : ClNest.inMemoryOrder(dst.layout()).parts()) {
      ClLaunch launch = nest.begin(backend.launch(FILE, "fill"));
      nest.operand(launch, dst, 0);
      launch.of(value).run(nest.count());
    }
  }

  /** The layout with size 1 along {@code dim}. */
  private static Layout without(Layout layout, int dim) {
    return Layout.of(layout.shape().with(dim, 1), layout.strides(), layout.offset());
  }

  @Override
  public void indexSelect(View src, int dim, int[] index, View dst) {
    if (dst.numel() == 0) {
      return;
    }
    ClBuffer indices = backend.index(index);
    Layout to = without(dst.layout(), dim);
    for (ClNest nest : ClNest.inMemoryOrder(to, without(src.layout(), dim)).parts()) {
      ClLaunch launch = nest.begin(backend.launch(FILE, "index_select"));
      nest.operand(launch, dst, 0);
      nest.operand(launch, src, 1);
      launch.buffer(indices).of(index.length).of(dst.stride(dim)).of(src.stride(dim));
      launch.run((long) nest.count() * index.length);
    }
    indices.release();
  }

  @Override
  public void indexAdd(View src, int dim, int[] index, View dst) {
    if (src.numel() == 0) {
      return;
    }
    int rows = dst.dim(dim);
    int[] start = new int[rows + 1];
    ClBuffer order = backend.index(sorted(index, start));
    ClBuffer starts = backend.index(start);
    Layout to = without(dst.layout(), dim);
    for (ClNest nest : ClNest.inMemoryOrder(to, without(src.layout(), dim)).parts()) {
      ClLaunch launch = nest.begin(backend.launch(FILE, "index_add"));
      nest.operand(launch, dst, 0);
      nest.operand(launch, src, 1);
      launch.buffer(starts).buffer(order).of(rows).of(dst.stride(dim)).of(src.stride(dim));
      launch.run((long) nest.count() * rows);
    }
    order.release();
    starts.release();
  }

  /** The positions in the index by the rows that they name, equal ones in order. */
  private static int[] sorted(int[] index, int[] start) {
    for (int row : index) {
      start[row + 1]++;
    }
    for (int row = 1; row < start.length; row++) {
      start[row] += start[row - 1];
    }
    int[] next = Arrays.copyOf(start, start.length - 1);
    int[] order = new int[index.length];
    for (int i = 0; i < index.length; i++) {
      order[next[index[i]]++] = i;
    }
    return order;
  }
}
