package dev.graft.op;

import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;

/**
 * A copy in row-major order, or in channels-last order, so that layout changes show on the tape.
 */
public record Contiguous(boolean channelsLast) implements Op {
  @Override
  public String name() {
    return channelsLast ? "channels_last" : "contiguous";
  }

  @Override
  public Shape outputShape(Shape... in) {
    return in[0];
  }

  @Override
  public Tensor forward(Node node) {
    Shape shape = node.outputShape();
    return node.input(0).copy(channelsLast ? Layout.channelsLast(shape) : Layout.rowMajor(shape));
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    return new Tensor[] {gradOutput};
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
