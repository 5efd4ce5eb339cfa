package dev.graft.backend.opencl;

import dev.graft.backend.ConvShape;
import dev.graft.backend.View;

/**
 * 3×3 convolution with stride 1 by {@code winograd.cl} (Lavin and Gray, 2016), forward or as the
 * input gradient: weights transformed once, then for as many images at a time as fit into {@link
 * #MOST} floats their tiles, 36 products and the tiles back.
 */
final class ClWinograd {
  private static final String FILE = "winograd.cl";
  private static final int POINTS = 36;
  private static final int TILE = 4;

  /** Floats in transformed tiles at once: 256 MiB. */
  private static final long MOST = 64L << 20;

  /** With fewer channels the transforms cost more than the products save. */
  private static final int FEWEST_CHANNELS = 32;

  private final ClBackend backend;
  private final int n;
  private final int height;
  private final int width;
  private final int channels;
  private final int outH;
  private final int outW;
  private final int outputs;
  private final int padH;
  private final int padW;
  private final ClBuffer weights;

  private ClWinograd(ClBackend backend, ConvShape s, boolean transposed, View weight) {
    this.backend = backend;
    n = s.n();
    height = transposed ? s.outH() : s.height();
    width = transposed ? s.outW() : s.width();
    channels = transposed ? s.outChannels() : s.inChannels();
    outH = transposed ? s.height() : s.outH();
    outW = transposed ? s.width() : s.outW();
    outputs = transposed ? s.inChannels() : s.outChannels();
    padH = transposed ? 2 - s.padH() : s.padH();
    padW = transposed ? 2 - s.padW() : s.padW();
    weights = backend.buffer(POINTS * channels * outputs);
    transform(weight, transposed);
  }

  /** Whether the convolution is of that kind, and large enough to be faster so. */
  static boolean accepts(ConvShape s) {
    boolean form =
        s.kernelH() == 3
            && s.kernelW() == 3
            && s.strideH() == 1
            && s.strideW() == 1
            && s.dilationH() == 1
            && s.dilationW() == 1
            && s.groups() == 1
            && s.padH() <= 2
            && s.padW() <= 2;
    return form
        && Math.min(s.inChannels(), s.outChannels()) >= FEWEST_CHANNELS
        && Math.min(fill(s.outH(), s.outW()), fill(s.height(), s.width())) > 0.5
        && floats(s.outH(), s.outW(), s.inChannels(), s.outChannels()) <= MOST
        && floats(s.height(), s.width(), s.inChannels(), s.outChannels()) <= MOST;
  }

  /** The part of the tiles' outputs that is wanted. */
  private static double fill(int h, int w) {
    return (double) h * w / (TILE * TILE * (double) tiles(h) * tiles(w));
  }

  private static int tiles(int size) {
    return (size + TILE - 1) / TILE;
  }

  private static long floats(int h, int w, int in, int out) {
    return (long) POINTS * tiles(h) * tiles(w) * (in + out);
  }

  static ClWinograd forward(ClBackend backend, ConvShape s, View weight) {
    return new ClWinograd(backend, s, false, weight);
  }

  /** The input gradient: a convolution of the gradient with the weights turned around. */
  static ClWinograd transposed(ClBackend backend, ConvShape s, View weight) {
    return new ClWinograd(backend, s, true, weight);
  }

  private void transform(View weight, boolean transposed) {
    int[] s = weight.layout().strides();
    int items = channels * outputs;
    ClLaunch launch = backend.launch(FILE, "winograd_weights").of(items).of(outputs);
    launch.buffer((ClBuffer) weight.buffer());
    if (transposed) {
      launch.of(weight.offset() + 2 * s[2] + 2 * s[3]).int4(s[0], s[1], -s[2], -s[3]);
    } else {
      launch.of(weight.offset()).int4(s[1], s[0], s[2], s[3]);
    }
    launch.buffer(weights).run(items);
  }

  long weightBytes() {
    return (long) weights.length() * Float.BYTES;
  }

  void release() {
    weights.release();
  }

  /** out is dense, channels last, and residual (or null) lies alike. */
  void run(ClImage x, View bias, View residual, boolean relu, View out) {
    int each = tiles(outH) * tiles(outW);
    int most = Math.clamp(MOST / floats(outH, outW, channels, outputs), 1, Math.max(1, n));
    for (int from = 0; from < n; from += most) {
      int count = Math.min(most, n - from);
      int tiles = count * each;
      ClBuffer v = backend.buffer(POINTS * tiles * channels);
      input(x, from, tiles, v);
      ClBuffer m = backend.buffer(POINTS * tiles * outputs);
      View products = new View(m, out.layout().at(0));
      new ClProduct(backend, tiles, outputs, channels)
          .batch(POINTS)
          .a(v, 0, channels, 1, tiles * channels)
          .b(weights, 0, outputs, 1, channels * outputs)
          .out(products, outputs, tiles * outputs)
          .run();
      v.release();
      output(m, from, tiles, bias, residual, relu, out);
      m.release();
    }
  }

  private void input(ClImage x, int from, int tiles, ClBuffer v) {
    int items = tiles * channels;
    ClLaunch launch = backend.launch(FILE, "winograd_input").of(items).of(channels);
    launch.int4(height, width, 0, 0).int2(tiles(outH), tiles(outW)).int2(padH, padW);
    launch.buffer(x.buffer()).of(x.offset() + from * x.strideN());
    launch.int4(x.strideN(), x.strideY(), x.strideX(), 0).buffer(v).run(items);
  }

  private void output(
      ClBuffer m, int from, int tiles, View bias, View residual, boolean relu, View out) {
    int items = tiles * outputs;
    int skipped = from * outH * outW * outputs;
    ClLaunch launch = backend.launch(FILE, "winograd_output").of(items).of(outputs);
    launch.int4(outH, outW, 0, 0).int2(tiles(outH), tiles(outW)).buffer(m).optional(bias);
    launch.optional(later(residual, skipped)).of(relu ? 1 : 0);
    launch.view(later(out, skipped)).run(items);
  }

  private static View later(View view, int floats) {
    return view == null ? null : view.with(view.layout().at(view.offset() + floats));
  }
}
