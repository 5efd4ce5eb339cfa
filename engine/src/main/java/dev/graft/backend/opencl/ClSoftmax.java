package dev.graft.backend.opencl;

import dev.graft.backend.SoftmaxKernels;
import dev.graft.backend.View;

/** The kernels of {@code softmax.cl}. */
final class ClSoftmax implements SoftmaxKernels {
  private static final String FILE = "softmax.cl";

  /** From this size on a group shares a line whose elements are neighbours. */
  private static final int LONG_LINE = 64;

  private static final int GROUP = 128;

  private final ClBackend backend;

  ClSoftmax(ClBackend backend) {
    this.backend = backend;
  }

  private static int inner(View x, int dim) {
    int inner = 1;
    for (int i = dim + 1; i < x.shape().rank(); i++) {
      inner *= x.dim(i);
    }
    return inner;
  }

  @Override
  public void softmax(View x, int dim, boolean log, View out) {
    int size = x.dim(dim);
    int inner = inner(x, dim);
    if (x.numel() == 0) {
      return;
    }
    int lines = x.numel() / size;
    if (inner == 1 && size >= LONG_LINE) {
      int group = backend.group(GROUP);
      ClLaunch rows = backend.launch(FILE, "softmax_rows").of(size).of(log ? 1 : 0);
      rows.view(x).view(out).local(group).groups(lines, group);
      return;
    }
    ClLaunch each = backend.launch(FILE, "softmax_lines").of(lines).of(size).of(inner);
    each.of(log ? 1 : 0).view(x).view(out).run(lines);
  }

  @Override
  public void softmaxGrad(View y, int dim, boolean log, View gradY, View gradX) {
    int size = y.dim(dim);
    int inner = inner(y, dim);
    if (y.numel() == 0) {
      return;
    }
    int lines = y.numel() / size;
    if (inner == 1 && size >= LONG_LINE) {
      int group = backend.group(GROUP);
      ClLaunch rows = backend.launch(FILE, "softmax_grad_rows").of(size).of(log ? 1 : 0);
      rows.view(y).view(gradY).view(gradX).local(group).groups(lines, group);
      return;
    }
    ClLaunch each = backend.launch(FILE, "softmax_grad_lines").of(lines).of(size).of(inner);
    each.of(log ? 1 : 0).view(y).view(gradY).view(gradX).run(lines);
  }

  @Override
  public void nll(View logProbs, int[] target, View weight, float smoothing, View out) {
    ClBuffer targets = backend.index(target);
    ClLaunch launch = backend.launch(FILE, "nll").of(target.length).of(logProbs.dim(1));
    launch.of(smoothing).view(logProbs).buffer(targets).optional(weight).view(out);
    launch.run(target.length);
    targets.release();
  }

  @Override
  public void nllGrad(View gradOut, int[] target, View weight, float smoothing, View gradLogProbs) {
    ClBuffer targets = backend.index(target);
    int n = gradLogProbs.numel();
    ClLaunch launch = backend.launch(FILE, "nll_grad").of(n).of(gradLogProbs.dim(1));
    launch.of(smoothing).view(gradOut).buffer(targets).optional(weight).view(gradLogProbs);
    launch.run(n);
    targets.release();
  }
}
