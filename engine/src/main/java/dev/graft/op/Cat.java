package dev.graft.op;

import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/** Joins tensors along one dimension. */
public record Cat(int dim) implements Op {
  @Override
  public String name() {
    return "cat";
  }

  @Override
  public Shape outputShape(Shape... in) {
    int axis = in[0].axis(dim);
    int size = 0;
    for (Shape s : in) {
      if (s.rank() != in[0].rank() || !s.with(axis, 0).equals(in[0].with(axis, 0))) {
        throw ShapeException.of(
            "cat: %s and %s differ in more than dimension %d, along which they are joined",
            in[0], s, axis);
      }
      size += s.dim(axis);
    }
    return in[0].with(axis, size);
  }

  @Override
  public Tensor forward(Node node) {
    Tensor out = node.allocate(Layout.dense(node.outputShape(), node.input(0).layout()));
    int at = 0;
    for (int i = 0; i < node.arity(); i++) {
      int size = node.inputShape(i).dim(dim);
      Layout part = out.layout().slice(dim, at, at + size, 1);
      node.backend().copies().copy(node.view(i), out.view().with(part));
      at += size;
    }
    return out;
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor[] parts = new Tensor[node.arity()];
    int at = 0;
    for (int i = 0; i < parts.length; i++) {
      int size = node.inputShape(i).dim(dim);
      parts[i] = gradOutput.viewAs(gradOutput.layout().slice(dim, at, at + size, 1));
      at += size;
    }
    return parts;
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
