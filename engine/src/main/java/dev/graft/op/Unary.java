package dev.graft.op;

import dev.graft.backend.UnaryKind;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.Locale;

/** An elementwise function of one tensor; p and q are its parameters, where it has any. */
public record Unary(UnaryKind kind, float p, float q) implements Op {
  public Unary(UnaryKind kind) {
    this(kind, 0, 0);
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Shape outputShape(Shape... in) {
    return in[0];
  }

  @Override
  public Tensor forward(Node node) {
    Tensor x = node.input(0).dense();
    Tensor y = node.allocate(Layout.dense(x.shape(), x.layout()));
    node.backend().elementwise().unary(kind, p, q, x.view(), y.view());
    if (node.isRecording()) {
      // relu's gradient needs only the sign, which y has: x need not be kept alive for it.
      node.save(kind == UnaryKind.RELU ? y : x, y);
    }
    return y;
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor x = node.saved(0);
    Tensor y = node.saved(1);
    Tensor grad = Gradients.inOrder(gradOutput, y.layout());
    Tensor gradX = node.allocate(Layout.dense(y.shape(), y.layout()));
    node.backend()
        .elementwise()
        .unaryGrad(kind, p, q, x.view(), y.view(), grad.view(), gradX.view());
    return new Tensor[] {gradX};
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
