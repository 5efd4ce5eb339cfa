package dev.graft.op;

import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;

/** Softmax along one dimension, or its logarithm. */
public record Softmax(int dim, boolean log) implements Op {
  @Override
  public String name() {
    return log ? "log_softmax" : "softmax";
  }

  @Override
  public Shape outputShape(Shape... in) {
    in[0].axis(dim);
    return in[0];
  }

  @Override
  public Tensor forward(Node node) {
    Tensor x = node.input(0).contiguous();
    Tensor y = node.allocate(Layout.rowMajor(x.shape()));
    node.backend().softmax().softmax(x.view(), x.shape().axis(dim), log, y.view());
    if (node.isRecording()) {
      node.save(y);
    }
    return y;
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor y = node.saved(0);
    Tensor gradX = node.allocate(y.layout());
    Tensor grad = gradOutput.contiguous();
    int axis = y.shape().axis(dim);
    node.backend().softmax().softmaxGrad(y.view(), axis, log, grad.view(), gradX.view());
    return new Tensor[] {gradX};
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
