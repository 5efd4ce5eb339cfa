package dev.graft.backend.opencl;

import dev.graft.backend.ConvShape;
import dev.graft.backend.PreparedConv;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;

/**
 * A convolution whose weights are packed, with bias, residual and ReLU in its product's last pass.
 */
final class ClPreparedConv implements PreparedConv {
  private final ClBackend backend;
  private final ConvShape shape;
  private final ClConvWeights weights;
  private final ClWinograd winograd;
  private final View bias;
  private final boolean relu;

  private ClPreparedConv(ClBackend backend, ConvShape shape, View weight, View bias, boolean relu) {
    this.backend = backend;
    this.shape = shape;
    boolean tiles = ClWinograd.accepts(shape);
    this.winograd = tiles ? ClWinograd.forward(backend, shape, weight) : null;
    this.weights = tiles ? null : ClConvWeights.forward(backend, shape, weight);
    this.bias = bias;
    this.relu = relu;
  }

  static PreparedConv of(ClBackend backend, ConvShape s, View weight, View bias, boolean relu) {
    View own = null;
    if (bias != null) {
      own = new View(backend.buffer(bias.numel()), Layout.rowMajor(bias.shape()));
      backend.copies().copy(bias, own);
    }
    return new ClPreparedConv(backend, s, weight, own, relu);
  }

  @Override
  public String algorithm() {
    if (winograd != null) {
      return "winograd 4x4";
    }
    return ClConv.isPointwise(shape) ? "pointwise" : "implicit gemm";
  }

  @Override
  public long weightBytes() {
    return winograd != null
        ? winograd.weightBytes()
        : (long) weights.buffer().length() * Float.BYTES;
  }

  @Override
  public int scratch() {
    return 0;
  }

  @Override
  public Runnable bind(View x, View residual, View out, View scratch) {
    ClImage image = ClImage.of(backend, x);
    if (winograd != null) {
      return () -> winograd.run(image, bias, residual, relu, out);
    }
    return () -> ClConv.forward(backend, shape, image, weights, bias, residual, relu, out);
  }
}
