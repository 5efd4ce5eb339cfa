package dev.graft.op;

import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/**
 * Negative log likelihood of each row of log-probabilities [n, c], as [n], with label smoothing
 * (Szegedy et al., 2016); a second input [c] weighs the classes. A target of {@link #IGNORE_INDEX}
 * ignores its row. The name is that of the loss it is a part of.
 */
public record Nll(String name, int[] target, float smoothing) implements Op {
  /** The target of a row without a loss; PyTorch's value. */
  public static final int IGNORE_INDEX = -100;

  public Nll(int[] target, float smoothing) {
    this("nll_loss", target, smoothing);
  }

  @Override
  public Shape outputShape(Shape... in) {
    Shape x = in[0];
    if (x.rank() != 2) {
      throw ShapeException.of("%s: needs input [n, classes]: got %s", name, x);
    }
    if (target.length != x.dim(0)) {
      throw ShapeException.of(
          "%s: %d targets for a batch of %d: input %s", name, target.length, x.dim(0), x);
    }
    for (int i = 0; i < target.length; i++) {
      if (target[i] >= x.dim(1) || (target[i] < 0 && target[i] != IGNORE_INDEX)) {
        throw ShapeException.of(
            "%s: target %d of row %d is out of range: the input has %d classes (0 … %d)%s",
            name,
            target[i],
            i,
            x.dim(1),
            x.dim(1) - 1,
            target[i] < 0 ? "; " + IGNORE_INDEX + " ignores a row" : "");
      }
    }
    if (in.length > 1 && !in[1].equals(Shape.of(x.dim(1)))) {
      throw ShapeException.of(
          "%s: class weights %s do not fit %d classes: expected [%d]",
          name, in[1], x.dim(1), x.dim(1));
    }
    return Shape.of(x.dim(0));
  }

  @Override
  public Tensor forward(Node node) {
    Tensor out = node.allocate(Layout.rowMajor(node.outputShape()));
    Tensor x = node.input(0).contiguous();
    var weight = node.arity() > 1 ? node.input(1).dense().view() : null;
    node.backend().softmax().nll(x.view(), target, weight, smoothing, out.view());
    return out;
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor gradX = node.allocate(Layout.rowMajor(node.inputShape(0)));
    var weight = node.arity() > 1 ? node.input(1).dense().view() : null;
    Tensor grad = gradOutput.contiguous();
    node.backend().softmax().nllGrad(grad.view(), target, weight, smoothing, gradX.view());
    Tensor[] parts = new Tensor[node.arity()];
    parts[0] = gradX;
    return parts;
  }

  @Override
  public boolean keepsInput(int i) {
    return i == 1;
  }
}
