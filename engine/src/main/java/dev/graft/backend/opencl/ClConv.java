package dev.graft.backend.opencl;

import dev.graft.backend.ConvKernels;
import dev.graft.backend.ConvShape;
import dev.graft.backend.PreparedConv;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;

/**
 * Convolutions as products by {@code gemm.cl}, which reads the image's windows itself: forward, the
 * input gradient in phases, so that no zeros of a stride are multiplied, and the weight gradient.
 * Large 3×3 convolutions go to {@link ClWinograd}.
 */
final class ClConv implements ConvKernels {
  private final ClBackend backend;

  ClConv(ClBackend backend) {
    this.backend = backend;
  }

  // ---- forward

  @Override
  public void conv2d(ConvShape s, View x, View weight, View bias, View out) {
    ClImage image = ClImage.of(backend, x);
    if (ClWinograd.accepts(s)) {
      ClWinograd winograd = ClWinograd.forward(backend, s, weight);
      winograd.run(image, bias, null, false, out);
      winograd.release();
      image.release();
      return;
    }
    ClConvWeights packed = ClConvWeights.forward(backend, s, weight);
    forward(backend, s, image, packed, bias, null, false, out);
    image.release();
    packed.release();
  }

  /** The forward pass with weights that lie ready. */
  static void forward(
      ClBackend backend,
      ConvShape s,
      ClImage x,
      ClConvWeights weights,
      View bias,
      View residual,
      boolean relu,
      View out) {
    int each = s.outChannelsPerGroup();
    int k = s.inChannelsPerGroup() * s.kernelH() * s.kernelW();
    ClProduct product = new ClProduct(backend, s.n() * s.outH() * s.outW(), each, k);
    product.batch(s.groups());
    if (isPointwise(s) && x.isEven()) {
      int cg = s.inChannelsPerGroup();
      product.a(x.buffer(), x.offset(), x.strideX(), 1, cg);
    } else {
      product.aPixels(x.buffer(), x.offset(), windows(s, x));
    }
    product.b(weights.buffer(), 0, each, 1, k * each);
    product.bias(bias, each).epilogue(residual, relu);
    product.out(out, s.outChannels(), each).run();
  }

  static boolean isPointwise(ConvShape s) {
    return s.kernelH() == 1
        && s.kernelW() == 1
        && s.strideH() == 1
        && s.strideW() == 1
        && s.padH() == 0
        && s.padW() == 0;
  }

  private static ClWindows windows(ConvShape s, ClImage x) {
    return new ClWindows(
        s.outH(),
        s.outW(),
        s.height(),
        s.width(),
        s.strideH(),
        s.strideW(),
        -s.padH(),
        -s.padW(),
        s.kernelW(),
        s.dilationH(),
        s.dilationW(),
        s.inChannelsPerGroup(),
        x.strideN(),
        x.strideY(),
        x.strideX());
  }

  @Override
  public PreparedConv prepare(
      ConvShape shape, View weight, View bias, boolean residual, boolean relu) {
    return ClPreparedConv.of(backend, shape, weight, bias, relu);
  }

  // ---- the input gradient

  @Override
  public void convTranspose2d(ConvShape s, View x, View weight, View bias, View out) {
    ClImage image = ClImage.of(backend, x);
    if (ClWinograd.accepts(s)) {
      ClWinograd winograd = ClWinograd.transposed(backend, s, weight);
      winograd.run(image, bias, null, false, out);
      winograd.release();
      image.release();
      return;
    }
    for (int ph = 0; ph < Math.min(s.strideH(), s.height()); ph++) {
      for (int pw = 0; pw < Math.min(s.strideW(), s.width()); pw++) {
        phase(s, ClPhase.rows(s, ph), ClPhase.columns(s, pw), image, weight, bias, out);
      }
    }
    image.release();
  }

  /** The input's pixels whose rows and columns are those of one phase. */
  private void phase(
      ConvShape s, ClPhase rows, ClPhase columns, ClImage x, View weight, View bias, View out) {
    int taps = rows.taps() * columns.taps();
    int from = s.outChannelsPerGroup();
    int to = s.inChannelsPerGroup();
    ClConvWeights packed = ClConvWeights.transposed(backend, s, weight, rows, columns);
    ClProduct product =
        new ClProduct(backend, s.n() * rows.count() * columns.count(), to, taps * from);
    product.batch(s.groups());
    if (isPointwise(s) && x.isEven()) {
      product.a(x.buffer(), x.offset(), x.strideX(), 1, from);
    } else {
      product.aPixels(
          x.buffer(),
          x.offset(),
          new ClWindows(
              rows.count(),
              columns.count(),
              s.outH(),
              s.outW(),
              1,
              1,
              rows.first(),
              columns.first(),
              Math.max(1, columns.taps()),
              rows.tapStep(),
              columns.tapStep(),
              from,
              x.strideN(),
              x.strideY(),
              x.strideX()));
    }
    int c = s.inChannels();
    int row = s.width() * c;
    View target =
        out.with(out.layout().at(out.offset() + rows.phase() * row + columns.phase() * c));
    if (s.strideH() > 1 || s.strideW() > 1) {
      product.scattered(s.height() * row, s.strideH() * row, s.strideW() * c);
    }
    product.b(packed.buffer(), 0, to, 1, taps * from * to).bias(bias, to);
    product.out(target, c, to).run();
    packed.release();
  }

  // ---- the weight gradient

  @Override
  public void conv2dWeightGrad(ConvShape s, View x, View gradOut, View gradWeight) {
    int each = s.outChannelsPerGroup();
    int cg = s.inChannelsPerGroup();
    int columns = cg * s.kernelH() * s.kernelW();
    int pixels = s.n() * s.outH() * s.outW();
    ClImage g = ClImage.even(backend, gradOut);
    ClImage image = ClImage.of(backend, x);
    ClProduct product = new ClProduct(backend, each, columns, pixels).batch(s.groups());
    product.a(g.buffer(), g.offset(), 1, g.strideX(), each);
    if (isPointwise(s) && image.isEven()) {
      product.b(image.buffer(), image.offset(), image.strideX(), 1, cg);
    } else {
      product.bPixels(image.buffer(), image.offset(), windows(s, image));
    }
    if (s.kernelH() * s.kernelW() == 1) {
      product.out(gradWeight, columns, each * columns).run();
    } else {
      View taps = new View(backend.buffer(gradWeight.numel()), tapsFirst(s));
      product.out(taps, columns, each * columns).run();
      backend.copies().copy(taps, gradWeight);
      ((ClBuffer) taps.buffer()).release();
    }
    g.release();
    image.release();
  }

  /** [o, c, kh, kw] lying as o, kh, kw, c. */
  private static Layout tapsFirst(ConvShape s) {
    int cg = s.inChannelsPerGroup();
    return Layout.channelsLast(Shape.of(s.outChannels(), cg, s.kernelH(), s.kernelW()));
  }
}
