package dev.graft.op;

import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/**
 * {@code size} elements along one dimension for every position of the others: the index is in
 * row-major order of the result.
 */
public record Gather(int dim, int size, int[] index) implements Op {
  @Override
  public String name() {
    return "gather";
  }

  @Override
  public Shape outputShape(Shape... in) {
    Shape x = in[0];
    Shape out = x.with(dim, size);
    if (index.length != out.numel()) {
      throw ShapeException.of(
          "gather: %d indices do not fill the result's shape %s (%d elements)",
          index.length, out, out.numel());
    }
    for (int i : index) {
      if (i < 0 || i >= x.dim(dim)) {
        throw ShapeException.of(
            "gather: index %d is out of range: dimension %d of %s has %d",
            i, x.axis(dim), x, x.dim(dim));
      }
    }
    return out;
  }

  @Override
  public Tensor forward(Node node) {
    Tensor out = node.allocate(Layout.dense(node.outputShape(), node.input(0).layout()));
    int axis = node.inputShape(0).axis(dim);
    node.backend().lines().gather(node.view(0), axis, index, out.view());
    return out;
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Layout layout = Layout.dense(node.inputShape(0), gradOutput.layout());
    View gradX = new View(node.backend().allocateZeroed(layout.numel()), layout);
    int axis = node.inputShape(0).axis(dim);
    node.backend().lines().scatterAdd(gradOutput.view(), axis, index, gradX);
    return new Tensor[] {Tensor.of(gradX)};
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
