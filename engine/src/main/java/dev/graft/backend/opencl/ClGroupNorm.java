package dev.graft.backend.opencl;

import dev.graft.backend.GroupNormKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;

/** Group and layer normalisation by the kernels of {@code norm.cl}. */
final class ClGroupNorm implements GroupNormKernels {
  private final ClBackend backend;

  ClGroupNorm(ClBackend backend) {
    this.backend = backend;
  }

  /** x as [n, groups, channels of a group, …]. */
  private ClNormSums sums(View x, int groups) {
    int rank = x.shape().rank() + 1;
    int each = x.dim(1) / groups;
    int[] sizes = new int[rank];
    int[] memory = new int[rank];
    for (int i = 0; i < rank; i++) {
      int from = i < 2 ? i : i - 1;
      sizes[i] = x.dim(from);
      memory[i] = x.stride(from);
    }
    sizes[1] = groups;
    sizes[2] = each;
    memory[1] = each * x.stride(1);
    int[] channel = new int[rank];
    channel[1] = each;
    channel[2] = 1;
    int[] group = new int[rank];
    group[0] = groups;
    group[1] = 1;
    Shape shape = Shape.of(sizes);
    return new ClNormSums(
        backend,
        Layout.of(shape, memory, x.offset()),
        Layout.of(shape, channel, 0),
        Layout.of(shape, group, 0));
  }

  private static boolean[] keep(View x, int first) {
    boolean[] keep = new boolean[x.shape().rank() + 1];
    keep[first] = true;
    keep[first + 1] = true;
    return keep;
  }

  @Override
  public void groupNorm(
      View x, int groups, float eps, View weight, View bias, View mean, View invStd, View out) {
    if (x.numel() == 0) {
      return;
    }
    ClNormSums sums = sums(x, groups);
    var parts = sums.sum(ClNormSums.MOMENTS, keep(x, 0), x, null, null, null, null);
    sums.moments(parts, x, true, eps, mean, invStd);
    ClLaunch launch = sums.all("norm_apply").view(x).view(out).view(mean).view(invStd);
    launch.optional(weight).optional(bias).run(x.numel());
  }

  @Override
  public void groupNormGrad(
      View x,
      int groups,
      View mean,
      View invStd,
      View weight,
      View gradOut,
      View gradX,
      View gradWeight,
      View gradBias) {
    ClNormSums sums = sums(x, groups);
    if (gradWeight != null || gradBias != null) {
      var parts = sums.sum(ClNormSums.GRADIENTS, keep(x, 1), x, gradOut, mean, invStd, null);
      sums.results(parts, true, gradBias, gradWeight);
    }
    if (gradX == null || x.numel() == 0) {
      return;
    }
    int results = x.dim(0) * groups;
    Layout perGroup = Layout.rowMajor(Shape.of(results));
    View sum = new View(backend.buffer(results), perGroup);
    View dot = new View(backend.buffer(results), perGroup);
    var parts = sums.sum(ClNormSums.GRADIENTS, keep(x, 0), x, gradOut, mean, invStd, weight);
    sums.results(parts, false, sum, dot);
    ClLaunch launch = sums.all("norm_grad").view(x).view(gradOut).view(gradX);
    launch.view(mean).view(invStd).optional(weight).view(sum).view(dot);
    launch.of((float) (x.numel() / results)).of(1).run(x.numel());
    ((ClBuffer) sum.buffer()).release();
    ((ClBuffer) dot.buffer()).release();
  }
}
