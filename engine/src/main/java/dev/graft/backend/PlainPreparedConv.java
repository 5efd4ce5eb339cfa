package dev.graft.backend;

import dev.graft.tensor.Layout;

/** A convolution, then an addition, then a ReLU, by a backend that has no fused kernels. */
final class PlainPreparedConv implements PreparedConv {
  private final ConvKernels kernels;
  private final ConvShape shape;
  private final View weight;
  private final View bias;
  private final boolean residual;
  private final boolean relu;

  PlainPreparedConv(
      ConvKernels kernels,
      ConvShape shape,
      View weight,
      View bias,
      boolean residual,
      boolean relu) {
    this.kernels = kernels;
    this.shape = shape;
    this.weight = weight;
    this.bias = bias;
    this.residual = residual;
    this.relu = relu;
  }

  @Override
  public String algorithm() {
    return "plain";
  }

  @Override
  public long weightBytes() {
    return (long) weight.numel() * Float.BYTES;
  }

  /** The product before the residual is added: the residual may be the output itself. */
  @Override
  public int scratch() {
    return residual ? shape.n() * shape.outChannels() * shape.outH() * shape.outW() : 0;
  }

  @Override
  public Runnable bind(View x, View addend, View out, View scratch) {
    ElementwiseKernels elementwise = out.buffer().backend().elementwise();
    View product =
        residual ? scratch.with(Layout.channelsLast(out.shape()).at(scratch.offset())) : out;
    return () -> {
      kernels.conv2d(shape, x, weight, bias, product);
      if (residual) {
        elementwise.binary(BinaryKind.ADD, product, addend, out);
      }
      if (relu) {
        elementwise.unary(UnaryKind.RELU, 0, 0, out, out);
      }
    };
  }
}
