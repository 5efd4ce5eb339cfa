package dev.graft.op;

import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/** The given indices along one dimension, in the given order, repeats allowed. */
public record IndexSelect(int dim, int[] index) implements Op {
  @Override
  public String name() {
    return "index_select";
  }

  @Override
  public Shape outputShape(Shape... in) {
    int size = in[0].dim(dim);
    for (int i : index) {
      if (i < 0 || i >= size) {
        throw ShapeException.of(
            "index_select: index %d is out of range: dimension %d of %s has %d",
            i, in[0].axis(dim), in[0], size);
      }
    }
    return in[0].with(dim, index.length);
  }

  @Override
  public Tensor forward(Node node) {
    Tensor out = node.allocate(Layout.dense(node.outputShape(), node.input(0).layout()));
    int axis = node.inputShape(0).axis(dim);
    node.backend().copies().indexSelect(node.view(0), axis, index, out.view());
    return out;
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Layout layout = Layout.dense(node.inputShape(0), gradOutput.layout());
    View gradX = new View(node.backend().allocateZeroed(layout.numel()), layout);
    int axis = node.inputShape(0).axis(dim);
    node.backend().copies().indexAdd(gradOutput.view(), axis, index, gradX);
    return new Tensor[] {Tensor.of(gradX)};
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
