package dev.graft.backend.opencl;

import dev.graft.backend.NormKernels;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import java.util.Arrays;

/** Batch normalisation by the kernels of {@code norm.cl}: every channel is a group. */
final class ClNorm implements NormKernels {
  private final ClBackend backend;

  ClNorm(ClBackend backend) {
    this.backend = backend;
  }

  private ClNormSums sums(View x) {
    int[] strides = new int[x.shape().rank()];
    strides[1] = 1;
    Layout channel = Layout.of(x.shape(), strides, 0);
    return new ClNormSums(backend, x.layout(), channel, channel);
  }

  private static boolean[] channels(View x) {
    boolean[] keep = new boolean[x.shape().rank()];
    Arrays.fill(keep, 1, 2, true);
    return keep;
  }

  @Override
  public void batchStatistics(View x, View mean, View var) {
    ClNormSums sums = sums(x);
    var parts = sums.sum(ClNormSums.MOMENTS, channels(x), x, null, null, null, null);
    sums.moments(parts, x, false, 0, mean, var);
  }

  @Override
  public void follow(View running, View batch, float momentum, double scale) {
    ClLaunch launch = backend.launch(ClNormSums.FILE, "norm_follow").of(running.numel());
    launch.view(running).of(running.stride(0)).view(batch);
    launch.of((float) (1.0 - momentum)).of((float) (momentum * scale)).run(running.numel());
  }

  @Override
  public void invStd(View var, float eps, View out) {
    ClLaunch launch = backend.launch(ClNormSums.FILE, "norm_inverse").of(var.numel());
    launch.view(var).of(var.stride(0)).of(eps).view(out).run(var.numel());
  }

  @Override
  public void normalize(View x, View mean, View invStd, View weight, View bias, View out) {
    ClLaunch launch = sums(x).all("norm_apply").view(x).view(out).view(mean).view(invStd);
    launch.optional(weight).optional(bias).run(x.numel());
  }

  @Override
  public void batchNormGrad(
      View x,
      View mean,
      View invStd,
      View weight,
      View gradOut,
      boolean batchStatistics,
      View gradX,
      View gradWeight,
      View gradBias) {
    ClNormSums sums = sums(x);
    View sum = gradBias;
    View dot = gradWeight;
    boolean forX = gradX != null && batchStatistics;
    Layout perChannel = Layout.rowMajor(Shape.of(x.dim(1)));
    if (forX) {
      sum = sum != null ? sum : new View(backend.buffer(x.dim(1)), perChannel);
      dot = dot != null ? dot : new View(backend.buffer(x.dim(1)), perChannel);
    }
    if (sum != null || dot != null) {
      var parts = sums.sum(ClNormSums.GRADIENTS, channels(x), x, gradOut, mean, invStd, null);
      sums.results(parts, true, sum, dot);
    }
    if (gradX != null) {
      ClLaunch launch = sums.all("norm_grad").view(x).view(gradOut).view(gradX);
      launch.view(mean).view(invStd).optional(weight);
      launch.optional(forX ? sum : null).optional(forX ? dot : null);
      launch.of((float) (x.numel() / x.dim(1))).of(0).run(x.numel());
    }
    releaseOwn(sum, gradBias);
    releaseOwn(dot, gradWeight);
  }

  private static void releaseOwn(View used, View given) {
    if (used != null && used != given) {
      ((ClBuffer) used.buffer()).release();
    }
  }
}
