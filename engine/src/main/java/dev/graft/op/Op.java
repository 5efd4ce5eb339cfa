package dev.graft.op;

import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;

/**
 * One tensor operation: a record that holds its configuration only, checks shapes, runs forward and
 * knows its gradient.
 */
public sealed interface Op
    permits AdaptiveAvgPool2d,
        AdaptiveMaxPool2d,
        AvgPool2d,
        BatchNorm,
        BatchNormRelu,
        Binary,
        Cat,
        Contiguous,
        Conv2d,
        ConvTranspose2d,
        CumSum,
        Dropout,
        ElementLoss,
        Embedding,
        Expand,
        Extreme,
        Flip,
        Gather,
        GroupNorm,
        IndexSelect,
        Interpolate,
        LayerNorm,
        Linear,
        LogSumExp,
        Matmul,
        MaxPool2d,
        Nll,
        Norm,
        Pad,
        Permute,
        Prod,
        Reshape,
        Roll,
        Slice,
        Softmax,
        Sum,
        Unary,
        Variance,
        Where {

  /** PyTorch's name, as error messages and tables show it. */
  String name();

  /**
   * The shape of the result.
   *
   * @throws dev.graft.tensor.ShapeException if the inputs do not fit
   */
  Shape outputShape(Shape... inputs);

  /**
   * Computes the result of {@code node.input(…)}; what backward needs goes to {@code node.save}.
   */
  Tensor forward(Node node);

  /**
   * The gradients of the inputs, given that of the output; null where {@code node.needsGrad(i)} is
   * false. Runs without recording. {@link Node#ownsGradient} and {@link Node#pendingGradient} say
   * what may be written in place.
   */
  Tensor[] backward(Node node, Tensor gradOutput);

  /** False where backward reads only the shape of input {@code i}: its values may then go. */
  default boolean keepsInput(int i) {
    return true;
  }

  /** How many multiply-adds forward makes in products and convolutions; biases are not counted. */
  default long multiplyAdds(Shape[] inputs, Shape output) {
    return 0;
  }
}
