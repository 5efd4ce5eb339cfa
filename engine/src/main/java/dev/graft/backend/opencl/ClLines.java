package dev.graft.backend.opencl;

import dev.graft.backend.LineKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;

/** The kernels of {@code lines.cl}. */
final class ClLines implements LineKernels {
  private static final String FILE = "lines.cl";

  private final ClBackend backend;

  ClLines(ClBackend backend) {
    this.backend = backend;
  }

  /** The first elements of all lines of several views, in row-major order. */
  private static ClNest lines(int dim, View... views) {
    Layout[] starts = new Layout[views.length];
    for (int i = 0; i < starts.length; i++) {
      Layout l = views[i].layout();
      starts[i] = Layout.of(l.shape().with(dim, 1), l.strides(), l.offset());
    }
    return ClNest.rowMajor(starts[0].shape(), starts);
  }

  /** The number of elements after {@code dim}. */
  private static int inner(View x, int dim) {
    int inner = 1;
    for (int i = dim + 1; i < x.shape().rank(); i++) {
      inner *= x.dim(i);
    }
    return inner;
  }

  @Override
  public void cumsum(View x, int dim, boolean fromLast, View out) {
    for (ClNest nest : lines(dim, out, x).parts()) {
      ClLaunch launch = nest.begin(backend.launch(FILE, "cumsum"));
      nest.operand(launch, out, 0);
      nest.operand(launch, x, 1);
      launch.of(x.dim(dim)).of(out.stride(dim)).of(x.stride(dim)).of(fromLast ? 1 : 0);
      launch.run(nest.count());
    }
  }

  @Override
  public void prod(View x, int dim, View out) {
    for (ClNest nest : lines(dim, out, x).parts()) {
      ClLaunch launch = nest.begin(backend.launch(FILE, "prod"));
      nest.operand(launch, out, 0);
      nest.operand(launch, x, 1);
      launch.of(x.dim(dim)).of(x.stride(dim)).run(nest.count());
    }
  }

  @Override
  public void prodGrad(View x, int dim, View gradOut, View gradX) {
    for (ClNest nest : lines(dim, gradX, x, gradOut).parts()) {
      ClLaunch launch = nest.begin(backend.launch(FILE, "prod_grad"));
      nest.operand(launch, gradX, 0);
      nest.operand(launch, x, 1);
      nest.operand(launch, gradOut, 2);
      launch.of(x.dim(dim)).of(gradX.stride(dim)).of(x.stride(dim)).run(nest.count());
    }
  }

  /** Lines of more dimensions than a kernel walks are numbered in a row-major copy. */
  private View walkable(View x, int dim) {
    if (lines(dim, x).rank() <= ClLaunch.RANK) {
      return x;
    }
    View copy = new View(backend.buffer(x.numel()), Layout.rowMajor(x.shape()));
    backend.copies().copy(x, copy);
    return copy;
  }

  @Override
  public int[] topk(View source, int dim, int k, boolean largest) {
    int size = source.dim(dim);
    if (source.numel() == 0 || k == 0) {
      return new int[0];
    }
    View x = walkable(source, dim);
    ClNest nest = lines(dim, x);
    int lines = nest.count();
    int width = size == 1 ? 1 : Integer.highestOneBit(size - 1) << 1;
    ClBuffer keys = backend.buffer(Math.multiplyExact(2 * lines, width));
    ClLaunch fill = nest.begin(backend.launch(FILE, "sort_keys"));
    fill.ints8(0, nest.strides(0)).view(x).of(size).of(x.stride(dim)).of(largest ? 1 : 0);
    fill.of(width).buffer(keys).run((long) lines * width);
    sort(keys, lines, width);
    ClBuffer picked = backend.buffer(lines * k);
    ClLaunch pick = backend.launch(FILE, "sort_pick").of(lines * k).of(k).of(inner(x, dim));
    pick.of(width).buffer(keys).buffer(picked).run((long) lines * k);
    int[] result = picked.readInts(lines * k);
    keys.release();
    picked.release();
    return result;
  }

  private void sort(ClBuffer keys, int lines, int width) {
    int items = lines * (width / 2);
    for (int block = 2; block <= width; block *= 2) {
      for (int distance = block / 2; distance > 0; distance /= 2) {
        ClLaunch step = backend.launch(FILE, "sort_step").of(items).of(width).of(block);
        step.of(distance).buffer(keys).run(items);
      }
    }
  }

  @Override
  public void gather(View x, int dim, int[] index, View out) {
    pick("gather", x, dim, index, out, out);
  }

  @Override
  public void scatterAdd(View x, int dim, int[] index, View out) {
    pick("scatter_add", x, dim, index, out, x);
  }

  /**
   * @param indexed the view whose shape the index has
   */
  private void pick(String kernel, View x, int dim, int[] index, View out, View indexed) {
    if (indexed.numel() == 0) {
      return;
    }
    View to = walkable(out, dim);
    View from = to == out ? walkable(x, dim) : x;
    ClBuffer indices = backend.index(index);
    ClNest nest = lines(dim, to, from);
    if (nest.rank() > ClLaunch.RANK) {
      from = new View(backend.buffer(x.numel()), Layout.rowMajor(Shape.of(x.shape().toArray())));
      backend.copies().copy(x, from);
      nest = lines(dim, to, from);
    }
    int count = indexed.dim(dim);
    ClLaunch launch = nest.begin(backend.launch(FILE, kernel));
    nest.operand(launch, to, 0);
    nest.operand(launch, from, 1);
    launch.buffer(indices).of(count).of(inner(indexed, dim));
    launch.of(to.stride(dim)).of(from.stride(dim));
    launch.run(kernel.equals("gather") ? (long) nest.count() * count : nest.count());
    indices.release();
    if (to != out) {
      backend.copies().copy(to, out);
    }
  }
}
