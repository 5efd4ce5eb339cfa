package dev.graft.backend.cpu;

import dev.graft.backend.Backend;
import dev.graft.backend.BinaryKind;
import dev.graft.backend.BoundKernels;
import dev.graft.backend.PoolShape;
import dev.graft.backend.UnaryKind;
import dev.graft.backend.View;
import dev.graft.backend.cpu.gemm.SimdMatmul;
import dev.graft.tensor.Layout;
import java.util.Arrays;

/**
 * The kernels as loops made ready once: where operands lie as the fast paths want them, which in
 * plans is nearly always, a run allocates nothing. Elsewhere the kernel is called as it is.
 */
final class BoundSimd implements BoundKernels {
  private final Backend backend;

  BoundSimd(Backend backend) {
    this.backend = backend;
  }

  @Override
  public Runnable unary(UnaryKind kind, float p, float q, View x, View out) {
    return ElementwiseSimd.unaryLoop(kind, p, q, x, out);
  }

  @Override
  public Runnable binary(BinaryKind kind, View a, View b, boolean relu, View out) {
    Layout order = out.layout();
    boolean flat = a.layout().sameOrder(order) && b.layout().sameOrder(order);
    if (flat) {
      return relu ? rectified(flatLoop(kind, a, b, out), out) : flatLoop(kind, a, b, out);
    }
    Runnable plain = () -> backend.elementwise().binary(kind, a, b, out);
    return relu ? inTurn(plain, unary(UnaryKind.RELU, 0, 0, out, out)) : plain;
  }

  private static Parallel.Loop flatLoop(BinaryKind kind, View a, View b, View out) {
    float[] as = a.array();
    float[] bs = b.array();
    float[] ys = out.array();
    int ao = a.offset();
    int bo = b.offset();
    int yo = out.offset();
    return new Parallel.Loop(
        out.numel(),
        ElementwiseSimd.GRAIN,
        (from, to) ->
            BinaryLoops.rows(kind, as, ao + from, bs, bo + from, ys, yo + from, to - from));
  }

  /** A loop over the elements of out, with ReLU on each piece while it lies in cache. */
  private static Runnable rectified(Parallel.Loop loop, View out) {
    float[] ys = out.array();
    int yo = out.offset();
    return new Parallel.Loop(
        loop.n(),
        loop.grain(),
        (from, to) -> {
          loop.body().run(from, to);
          UnaryLoops.apply(UnaryKind.RELU, 0, 0, ys, yo + from, ys, yo + from, to - from);
        });
  }

  private static Runnable inTurn(Runnable first, Runnable second) {
    return () -> {
      first.run();
      second.run();
    };
  }

  @Override
  public Runnable normalize(
      View x, View mean, View invStd, View weight, View bias, boolean relu, View out) {
    Parallel.Loop loop = NormSimd.normalizeLoop(x, mean, invStd, weight, bias, out);
    if (!relu) {
      return loop;
    }
    return Channels.of(x).last()
        ? rectified(loop, out)
        : inTurn(loop, unary(UnaryKind.RELU, 0, 0, out, out));
  }

  @Override
  public Runnable matmul(View a, View y, View bias, boolean relu, View out) {
    Runnable few = SimdMatmul.fewRows(a, y, bias, out);
    Runnable product = few != null ? few : () -> backend.matmul().matmul(a, y, bias, out);
    return relu ? inTurn(product, unary(UnaryKind.RELU, 0, 0, out, out)) : product;
  }

  @Override
  public Runnable maxPool2d(PoolShape shape, View x, View out) {
    return PoolSimd.maxLoop(Windows.of(shape), x, out);
  }

  @Override
  public Runnable avgPool2d(PoolShape shape, View x, View out) {
    return PoolSimd.averageLoop(Windows.of(shape), x, out);
  }

  @Override
  public Runnable adaptiveAvgPool2d(View x, View out) {
    return PoolSimd.averageLoop(PoolSimd.adaptive(x, out), x, out);
  }

  @Override
  public Runnable softmax(View x, int dim, boolean log, View out) {
    return SoftmaxSimd.softmaxLoop(x, dim, log, out);
  }

  @Override
  public Runnable copy(View src, View dst) {
    if (!ImageCopy.fits(src.layout(), dst.layout())) {
      Runnable rows = RowCopy.of(src, dst);
      return rows != null ? rows : () -> backend.copies().copy(src, dst);
    }
    ImageCopy copy = new ImageCopy(dst, backend.copies());
    return () -> copy.take(src);
  }

  @Override
  public Runnable fill(View dst, float value) {
    float[] to = dst.array();
    int start = dst.offset();
    return new Parallel.Loop(
        dst.numel(),
        ElementwiseSimd.GRAIN,
        (from, end) -> Arrays.fill(to, start + from, start + end, value));
  }

  @Override
  public Intake intake(View dst) {
    return new ImageCopy(dst, backend.copies());
  }
}
