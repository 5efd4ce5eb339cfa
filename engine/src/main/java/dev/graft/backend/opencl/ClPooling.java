package dev.graft.backend.opencl;

import dev.graft.backend.PoolKernels;
import dev.graft.backend.PoolShape;
import dev.graft.backend.View;

/** The kernels of {@code pooling.cl}. */
final class ClPooling implements PoolKernels {
  private static final String FILE = "pooling.cl";

  private final ClBackend backend;

  ClPooling(ClBackend backend) {
    this.backend = backend;
  }

  /** Sizes and windows as the kernels take them. */
  private record Geometry(int[] shape, int[] window) {
    static Geometry of(PoolShape s) {
      int[] shape = {s.c(), s.height(), s.width(), s.outH(), s.outW(), 0, 0, 0};
      int[] window = {
        s.kernelH(),
        s.kernelW(),
        s.strideH(),
        s.strideW(),
        s.padH(),
        s.padW(),
        s.countIncludePad() ? 1 : 0,
        0
      };
      return new Geometry(shape, window);
    }

    static Geometry adaptive(View x, View out) {
      int[] shape = {x.dim(1), x.dim(2), x.dim(3), out.dim(2), out.dim(3), 1, 0, 0};
      return new Geometry(shape, new int[] {1, 1, 1, 1, 0, 0, 0, 0});
    }
  }

  static ClLaunch image(ClLaunch launch, View v) {
    return launch.view(v).int4(v.stride(0), v.stride(1), v.stride(2), v.stride(3));
  }

  private void pool(Geometry geometry, boolean average, View x, View out) {
    ClLaunch launch = backend.launch(FILE, "pool").of(out.numel());
    launch.ints8(0, geometry.shape).ints8(0, geometry.window).of(average ? 1 : 0);
    image(launch, x);
    image(launch, out).run(out.numel());
  }

  /**
   * @param x null for averages, which do not look at it
   */
  private void grad(Geometry geometry, View x, View gradOut, View gradX) {
    ClLaunch launch = backend.launch(FILE, "pool_grad").of(gradX.numel());
    launch.ints8(0, geometry.shape).ints8(0, geometry.window).of(x == null ? 1 : 0);
    image(launch, x == null ? gradX : x);
    image(launch, gradOut);
    image(launch, gradX).run(gradX.numel());
  }

  @Override
  public void maxPool2d(PoolShape s, View x, View out) {
    pool(Geometry.of(s), false, x, out);
  }

  @Override
  public void maxPool2dGrad(PoolShape s, View x, View gradOut, View gradX) {
    grad(Geometry.of(s), x, gradOut, gradX);
  }

  @Override
  public void avgPool2d(PoolShape s, View x, View out) {
    pool(Geometry.of(s), true, x, out);
  }

  @Override
  public void avgPool2dGrad(PoolShape s, View gradOut, View gradX) {
    grad(Geometry.of(s), null, gradOut, gradX);
  }

  @Override
  public void adaptiveAvgPool2d(View x, View out) {
    pool(Geometry.adaptive(x, out), true, x, out);
  }

  @Override
  public void adaptiveAvgPool2dGrad(View gradOut, View gradX) {
    grad(Geometry.adaptive(gradX, gradOut), null, gradOut, gradX);
  }

  @Override
  public void adaptiveMaxPool2d(View x, View out) {
    pool(Geometry.adaptive(x, out), false, x, out);
  }

  @Override
  public void adaptiveMaxPool2dGrad(View x, View gradOut, View gradX) {
    grad(Geometry.adaptive(gradX, gradOut), x, gradOut, gradX);
  }
}
