package dev.graft.op;

import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;

/** Maxima over windows that divide [h, w] into [outH, outW] nearly equal parts. */
public record AdaptiveMaxPool2d(int outH, int outW) implements Op {
  @Override
  public String name() {
    return "adaptive_max_pool2d";
  }

  @Override
  public Shape outputShape(Shape... in) {
    return AdaptiveAvgPool2d.outputShape(name(), in[0], outH, outW);
  }

  @Override
  public Tensor forward(Node node) {
    Tensor out = node.allocate(Layout.dense(node.outputShape(), node.input(0).layout()));
    node.backend().pool().adaptiveMaxPool2d(node.view(0), out.view());
    return out;
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor gradX = node.allocate(Layout.dense(node.inputShape(0), gradOutput.layout()));
    node.backend().pool().adaptiveMaxPool2dGrad(node.view(0), gradOutput.view(), gradX.view());
    return new Tensor[] {gradX};
  }
}
