package dev.graft.op;

import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;

/** Running sums along one dimension. */
public record CumSum(int dim) implements Op {
  @Override
  public String name() {
    return "cumsum";
  }

  @Override
  public Shape outputShape(Shape... in) {
    in[0].axis(dim);
    return in[0];
  }

  @Override
  public Tensor forward(Node node) {
    return sums(node, node.input(0), false);
  }

  /** Element k goes into all sums from k on: the gradients are summed from the last. */
  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    return new Tensor[] {sums(node, gradOutput, true)};
  }

  private Tensor sums(Node node, Tensor x, boolean fromLast) {
    Tensor out = node.allocate(Layout.dense(x.shape(), x.layout()));
    node.backend().lines().cumsum(x.view(), x.shape().axis(dim), fromLast, out.view());
    return out;
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
