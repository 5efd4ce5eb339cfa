package dev.graft.op;

import dev.graft.backend.BinaryKind;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.Locale;

/** Elementwise arithmetic of two tensors, with broadcasting. */
public record Binary(BinaryKind kind) implements Op {
  @Override
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Shape outputShape(Shape... in) {
    return Shape.broadcast(name(), in[0], in[1]);
  }

  @Override
  public Tensor forward(Node node) {
    Shape shape = node.outputShape();
    Tensor out = node.allocate(order(node.input(0).layout(), node.input(1).layout(), shape));
    View a = expanded(node.input(0), shape);
    View b = expanded(node.input(1), shape);
    node.backend().elementwise().binary(kind, a, b, out.view());
    return out;
  }

  /** The order of the operand that already has the result's shape; the first one's if both have. */
  private static Layout order(Layout a, Layout b, Shape shape) {
    boolean useA = a.shape().equals(shape) && a.isDense();
    boolean useB = b.shape().equals(shape) && b.isDense();
    return useA ? Layout.dense(shape, a) : useB ? Layout.dense(shape, b) : Layout.rowMajor(shape);
  }

  private static View expanded(Tensor x, Shape shape) {
    return x.view().with(x.layout().expand(shape));
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor gradA;
    Tensor gradB;
    if (kind.isComparison()) {
      return new Tensor[2];
    }
    if (kind == BinaryKind.ADD || kind == BinaryKind.SUB) {
      gradA = gradOutput;
      gradB = !node.needsGrad(1) || kind == BinaryKind.ADD ? gradOutput : gradOutput.neg();
    } else {
      Shape shape = node.outputShape();
      Layout layout = Layout.dense(shape, gradOutput.layout());
      gradA = node.needsGrad(0) ? node.allocate(layout) : null;
      gradB = node.needsGrad(1) ? node.allocate(layout) : null;
      node.backend()
          .elementwise()
          .binaryGrad(
              kind,
              expanded(node.input(0), shape),
              expanded(node.input(1), shape),
              gradOutput.view(),
              gradA == null ? null : gradA.view(),
              gradB == null ? null : gradB.view());
    }
    return new Tensor[] {
      node.needsGrad(0) ? Gradients.sumTo(gradA, node.inputShape(0)) : null,
      node.needsGrad(1) ? Gradients.sumTo(gradB, node.inputShape(1)) : null
    };
  }

  @Override
  public boolean keepsInput(int i) {
    return kind != BinaryKind.ADD && kind != BinaryKind.SUB;
  }
}
