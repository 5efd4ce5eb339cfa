package dev.graft.op;

import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;

/** Moves elements along one dimension by a number of places; those that fall out come in again. */
public record Roll(int shift, int dim) implements Op {
  @Override
  public String name() {
    return "roll";
  }

  @Override
  public Shape outputShape(Shape... in) {
    in[0].axis(dim);
    return in[0];
  }

  @Override
  public Tensor forward(Node node) {
    return roll(node, node.input(0), shift);
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    int size = Math.max(1, gradOutput.dim(dim));
    return new Tensor[] {roll(node, gradOutput, size - Math.floorMod(shift, size))};
  }

  private Tensor roll(Node node, Tensor x, int by) {
    Layout layout = Layout.dense(x.shape(), x.layout());
    Tensor out = node.allocate(layout);
    int size = x.dim(dim);
    int wrapped = size == 0 ? 0 : Math.floorMod(by, size);
    copy(node, x, 0, size - wrapped, out, wrapped);
    copy(node, x, size - wrapped, size, out, 0);
    return out;
  }

  private void copy(Node node, Tensor x, int start, int end, Tensor out, int to) {
    Layout source = x.layout().slice(dim, start, end, 1);
    Layout target = out.layout().slice(dim, to, to + end - start, 1);
    node.backend().copies().copy(x.view().with(source), out.view().with(target));
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
