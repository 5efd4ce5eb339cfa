package dev.graft.op;

import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;

/** a where the condition, the third input, is not 0, else b; with broadcasting. */
public record Where() implements Op {
  @Override
  public String name() {
    return "where";
  }

  @Override
  public Shape outputShape(Shape... in) {
    return Shape.broadcast(name(), in[2], Shape.broadcast(name(), in[0], in[1]));
  }

  @Override
  public Tensor forward(Node node) {
    Shape shape = node.outputShape();
    Layout order = Layout.rowMajor(shape);
    for (int i = 2; i >= 0; i--) {
      Layout own = node.input(i).layout();
      order = own.shape().equals(shape) && own.isDense() ? Layout.dense(shape, own) : order;
    }
    Tensor out = node.allocate(order);
    select(node, expanded(node.input(0), shape), expanded(node.input(1), shape), out);
    return out;
  }

  private static void select(Node node, View a, View b, Tensor out) {
    View condition = expanded(node.input(2), out.shape());
    node.backend().elementwise().select(condition, a, b, out.view());
  }

  private static View expanded(Tensor x, Shape shape) {
    return x.view().with(x.layout().expand(shape));
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Shape shape = node.outputShape();
    Layout layout = Layout.dense(shape, gradOutput.layout());
    View zero = expanded(Tensor.scalar(0).to(node.backend()), shape);
    Tensor[] parts = new Tensor[3];
    for (int i = 0; i < 2; i++) {
      if (node.needsGrad(i)) {
        Tensor grad = node.allocate(layout);
        View from = gradOutput.view();
        select(node, i == 0 ? from : zero, i == 0 ? zero : from, grad);
        parts[i] = Gradients.sumTo(grad, node.inputShape(i));
      }
    }
    return parts;
  }

  @Override
  public boolean keepsInput(int i) {
    return i == 2;
  }
}
