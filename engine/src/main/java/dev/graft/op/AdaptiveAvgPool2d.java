package dev.graft.op;

import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/** Means over windows that divide [h, w] into [outH, outW] nearly equal parts. */
public record AdaptiveAvgPool2d(int outH, int outW) implements Op {
  @Override
  public String name() {
    return "adaptive_avg_pool2d";
  }

  @Override
  public Shape outputShape(Shape... in) {
    return outputShape(name(), in[0], outH, outW);
  }

  static Shape outputShape(String op, Shape x, int outH, int outW) {
    if (x.rank() != 4 || x.dim(2) < 1 || x.dim(3) < 1) {
      throw ShapeException.of("%s: needs input [n, c, h, w]: got %s", op, x);
    }
    if (outH < 1 || outW < 1) {
      throw ShapeException.of("%s: output size must be positive: [%d, %d]", op, outH, outW);
    }
    return Shape.of(x.dim(0), x.dim(1), outH, outW);
  }

  @Override
  public Tensor forward(Node node) {
    Tensor out = node.allocate(Layout.dense(node.outputShape(), node.input(0).layout()));
    node.backend().pool().adaptiveAvgPool2d(node.view(0), out.view());
    return out;
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor gradX = node.allocate(Layout.dense(node.inputShape(0), gradOutput.layout()));
    node.backend().pool().adaptiveAvgPool2dGrad(gradOutput.view(), gradX.view());
    return new Tensor[] {gradX};
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
