package dev.graft.op;

import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;

/** The product along one dimension, in double precision; 1 of nothing. */
public record Prod(int dim, boolean keepDim) implements Op {
  @Override
  public String name() {
    return "prod";
  }

  private boolean[] reduced(Shape x) {
    return Dims.reduced(name(), x, new int[] {dim});
  }

  @Override
  public Shape outputShape(Shape... in) {
    return Dims.result(in[0], reduced(in[0]), keepDim);
  }

  @Override
  public Tensor forward(Node node) {
    Shape x = node.inputShape(0);
    Tensor out = node.allocate(Layout.rowMajor(x.with(dim, 1)));
    node.backend().lines().prod(node.view(0), x.axis(dim), out.view());
    return out.viewAs(Layout.rowMajor(node.outputShape()));
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor x = node.input(0);
    Tensor grad = gradOutput.reshape(x.shape().with(dim, 1));
    Tensor gradX = node.allocate(Layout.dense(x.shape(), x.layout()));
    int axis = x.shape().axis(dim);
    node.backend().lines().prodGrad(x.view(), axis, grad.view(), gradX.view());
    return new Tensor[] {gradX};
  }
}
