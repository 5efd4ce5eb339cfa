package dev.graft.op;

import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/** {@code y = x·weightᵀ + bias}: x [.., in], weight [out, in], bias [out] (may be left out). */
public record Linear() implements Op {
  @Override
  public String name() {
    return "linear";
  }

  @Override
  public Shape outputShape(Shape... in) {
    Shape x = in[0];
    Shape weight = in[1];
    if (weight.rank() != 2 || x.rank() < 1) {
      throw ShapeException.of(
          "linear: needs input [.., in] and weight [out, in]: got %s and %s", x, weight);
    }
    if (x.dim(-1) != weight.dim(1)) {
      throw ShapeException.of(
          "linear: input %s has %d features, weight %s expects %d",
          x, x.dim(-1), weight, weight.dim(1));
    }
    if (in.length > 2 && !in[2].equals(Shape.of(weight.dim(0)))) {
      throw ShapeException.of(
          "linear: bias %s does not fit weight %s: expected [%d]", in[2], weight, weight.dim(0));
    }
    return x.with(-1, weight.dim(0));
  }

  @Override
  public Tensor forward(Node node) {
    Tensor bias = node.arity() > 2 ? node.input(2) : null;
    Tensor y = Matmul.product(rows(node.input(0)), node.input(1).transpose(0, 1), bias);
    return y.reshape(node.outputShape());
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor grad = rows(gradOutput);
    Tensor[] parts = new Tensor[node.arity()];
    if (node.needsGrad(0)) {
      Tensor gradX = Matmul.product(grad, node.input(1), null);
      parts[0] = gradX.reshape(node.inputShape(0));
    }
    if (node.needsGrad(1)) {
      parts[1] = Matmul.product(grad.transpose(0, 1), rows(node.input(0)), null);
    }
    if (parts.length > 2 && node.needsGrad(2)) {
      parts[2] = Gradients.sumTo(grad, node.inputShape(2));
    }
    return parts;
  }

  @Override
  public long multiplyAdds(Shape[] inputs, Shape output) {
    return (long) output.numel() * inputs[1].dim(1);
  }

  private static Tensor rows(Tensor x) {
    return x.reshape(x.dim(-1) == 0 ? 1 : x.numel() / x.dim(-1), x.dim(-1));
  }

  @Override
  public boolean keepsInput(int i) {
    return i < 2;
  }
}
