package dev.graft.op;

import dev.graft.backend.PoolShape;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;

/** Mean over windows of x [n, c, h, w]. */
public record AvgPool2d(PoolParams params) implements Op {
  @Override
  public String name() {
    return "avg_pool2d";
  }

  @Override
  public Shape outputShape(Shape... in) {
    PoolShape s = params.shape(name(), in[0]);
    return Shape.of(s.n(), s.c(), s.outH(), s.outW());
  }

  @Override
  public Tensor forward(Node node) {
    Tensor out = node.allocate(Layout.dense(node.outputShape(), node.input(0).layout()));
    PoolShape s = params.shape(name(), node.inputShape(0));
    node.backend().pool().avgPool2d(s, node.view(0), out.view());
    return out;
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    PoolShape s = params.shape(name(), node.inputShape(0));
    Tensor gradX = node.allocate(Layout.dense(node.inputShape(0), gradOutput.layout()));
    node.backend().pool().avgPool2dGrad(s, gradOutput.view(), gradX.view());
    return new Tensor[] {gradX};
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
