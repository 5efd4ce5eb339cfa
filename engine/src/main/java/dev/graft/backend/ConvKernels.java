package dev.graft.backend;

import dev.graft.tensor.Layout;

/** 2-D convolution (cross-correlation, as in PyTorch) and its gradients. */
public interface ConvKernels {
  /**
   * x and weight have any strides (channels last is the fast case); bias is [outChannels], dense,
   * or null; out is dense, channels last.
   */
  void conv2d(ConvShape shape, View x, View weight, View bias, View out);

  /** gradOut has any strides; gradX is dense, channels last. */
  default void conv2dInputGrad(ConvShape shape, View gradOut, View weight, View gradX) {
    convTranspose2d(shape, gradOut, weight, null, gradX);
  }

  /** Adds the gradient to gradX, which is dense, channels last. */
  default void addConv2dInputGrad(ConvShape shape, View gradOut, View weight, View gradX) {
    Backend backend = gradX.buffer().backend();
    View part = new View(backend.allocate(gradX.numel()), Layout.channelsLast(gradX.shape()));
    conv2dInputGrad(shape, gradOut, weight, part);
    backend.elementwise().binary(BinaryKind.ADD, gradX, part, gradX);
    backend.release(part.buffer());
  }

  /**
   * The same product as a layer of its own, with a bias: x lies where the gradient of the output
   * does, out where that of the input does; bias is [inChannels], dense, or null.
   */
  void convTranspose2d(ConvShape shape, View x, View weight, View bias, View out);

  /**
   * A convolution for many runs, as {@link PreparedConv#bind} says; the weight's values are read
   * now. weight has any strides; bias is [outChannels], dense, or null.
   *
   * @param residual whether a tensor of the output's shape is added
   * @param relu whether negative results become 0, last of all
   */
  default PreparedConv prepare(
      ConvShape shape, View weight, View bias, boolean residual, boolean relu) {
    return new PlainPreparedConv(this, shape, weight, bias, residual, relu);
  }

  /**
   * Floats of {@link PackedMemory} that a prepared convolution's weights will take; 0 if it makes
   * no use of it.
   */
  default long packedRoom(ConvShape shape) {
    return 0;
  }

  /**
   * As {@link #prepare(ConvShape, View, View, boolean, boolean)}, with each output channel's
   * weights multiplied by a number first, as a batch norm behind it asks for.
   *
   * @param scale a number for each output channel, or null
   * @param memory where packed weights may lie
   */
  default PreparedConv prepare(
      ConvShape shape,
      View weight,
      double[] scale,
      View bias,
      boolean residual,
      boolean relu,
      PackedMemory memory) {
    if (scale == null) {
      return prepare(shape, weight, bias, residual, relu);
    }
    Backend backend = weight.buffer().backend();
    View scaled = ScaledWeight.of(weight, scale);
    PreparedConv conv = prepare(shape, scaled, bias, residual, relu);
    if (!conv.readsWeight()) {
      backend.release(scaled.buffer());
    }
    return conv;
  }

  /** x and gradOut have any strides; gradWeight is dense row-major [o, i/groups, kh, kw]. */
  void conv2dWeightGrad(ConvShape shape, View x, View gradOut, View gradWeight);
}
