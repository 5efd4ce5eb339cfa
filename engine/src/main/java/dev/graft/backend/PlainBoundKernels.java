package dev.graft.backend;

/** A backend's own kernels, called as they are. */
final class PlainBoundKernels implements BoundKernels {
  private final Backend backend;

  PlainBoundKernels(Backend backend) {
    this.backend = backend;
  }

  private Runnable withRelu(Runnable first, boolean relu, View out) {
    if (!relu) {
      return first;
    }
    Runnable second = unary(UnaryKind.RELU, 0, 0, out, out);
    return () -> {
      first.run();
      second.run();
    };
  }

  @Override
  public Runnable unary(UnaryKind kind, float p, float q, View x, View out) {
    return () -> backend.elementwise().unary(kind, p, q, x, out);
  }

  @Override
  public Runnable binary(BinaryKind kind, View a, View b, boolean relu, View out) {
    return withRelu(() -> backend.elementwise().binary(kind, a, b, out), relu, out);
  }

  @Override
  public Runnable normalize(
      View x, View mean, View invStd, View weight, View bias, boolean relu, View out) {
    return withRelu(() -> backend.norm().normalize(x, mean, invStd, weight, bias, out), relu, out);
  }

  @Override
  public Runnable matmul(View a, View y, View bias, boolean relu, View out) {
    return withRelu(() -> backend.matmul().matmul(a, y, bias, out), relu, out);
  }

  @Override
  public Runnable maxPool2d(PoolShape shape, View x, View out) {
    return () -> backend.pool().maxPool2d(shape, x, out);
  }

  @Override
  public Runnable avgPool2d(PoolShape shape, View x, View out) {
    return () -> backend.pool().avgPool2d(shape, x, out);
  }

  @Override
  public Runnable adaptiveAvgPool2d(View x, View out) {
    return () -> backend.pool().adaptiveAvgPool2d(x, out);
  }

  @Override
  public Runnable softmax(View x, int dim, boolean log, View out) {
    return () -> backend.softmax().softmax(x, dim, log, out);
  }

  @Override
  public Runnable copy(View src, View dst) {
    return () -> backend.copies().copy(src, dst);
  }

  @Override
  public Runnable fill(View dst, float value) {
    return () -> backend.copies().fill(dst, value);
  }

  @Override
  public Intake intake(View dst) {
    return src -> backend.copies().copy(src, dst);
  }
}
