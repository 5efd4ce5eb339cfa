package dev.graft.backend.opencl;

import dev.graft.backend.ConvShape;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;

/**
 * A convolution's weight as the right factor of its product: [group, tap row, tap column, k, j].
 */
record ClConvWeights(ClBuffer buffer) {
  /** k counts the input's channels, j the output's. */
  static ClConvWeights forward(ClBackend backend, ConvShape s, View weight) {
    int[] strides = weight.layout().strides();
    int[] from = {
      s.outChannelsPerGroup() * strides[0], strides[2], strides[3], strides[1], strides[0]
    };
    Shape shape =
        Shape.of(
            s.groups(), s.kernelH(), s.kernelW(), s.inChannelsPerGroup(), s.outChannelsPerGroup());
    return packed(backend, weight, Layout.of(shape, from, weight.offset()));
  }

  /** k counts the output's channels, j the input's; only the taps of one phase. */
  static ClConvWeights transposed(
      ClBackend backend, ConvShape s, View weight, ClPhase rows, ClPhase columns) {
    int[] strides = weight.layout().strides();
    int[] from = {
      s.outChannelsPerGroup() * strides[0],
      rows.tapStride() * strides[2],
      columns.tapStride() * strides[3],
      strides[0],
      strides[1]
    };
    Shape shape =
        Shape.of(
            s.groups(),
            rows.taps(),
            columns.taps(),
            s.outChannelsPerGroup(),
            s.inChannelsPerGroup());
    int first = rows.firstTap() * strides[2] + columns.firstTap() * strides[3];
    return packed(backend, weight, Layout.of(shape, from, weight.offset() + first));
  }

  private static ClConvWeights packed(ClBackend backend, View weight, Layout from) {
    ClBuffer buffer = backend.buffer(from.numel());
    View to = new View(buffer, Layout.rowMajor(from.shape()));
    backend.copies().copy(weight.with(from), to);
    return new ClConvWeights(buffer);
  }

  void release() {
    buffer.release();
  }
}
