package dev.graft.op;

import dev.graft.backend.LossKind;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import java.util.Locale;

/** The loss of each element of x against the same element of the target; p as the kind says. */
public record ElementLoss(LossKind kind, float p) implements Op {
  public ElementLoss(LossKind kind) {
    this(kind, 0);
  }

  @Override
  public String name() {
    return switch (kind) {
      case BCE_WITH_LOGITS, KL_DIV -> kind.name().toLowerCase(Locale.ROOT);
      case KL_DIV_LOG -> "kl_div";
      case MSE, L1, SMOOTH_L1, HUBER -> kind.name().toLowerCase(Locale.ROOT) + "_loss";
    };
  }

  @Override
  public Shape outputShape(Shape... in) {
    if (!in[0].equals(in[1])) {
      throw ShapeException.of("%s: input %s and target %s differ in shape", name(), in[0], in[1]);
    }
    return in[0];
  }

  @Override
  public Tensor forward(Node node) {
    Tensor x = node.input(0).dense();
    Tensor target = Gradients.inOrder(node.input(1), x.layout());
    Tensor out = node.allocate(Layout.dense(x.shape(), x.layout()));
    node.backend().losses().loss(kind, p, x.view(), target.view(), out.view());
    if (node.isRecording()) {
      node.save(x, target);
    }
    return out;
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor x = node.saved(0);
    Tensor target = node.saved(1);
    Tensor grad = Gradients.inOrder(gradOutput, x.layout());
    Layout layout = Layout.dense(x.shape(), x.layout());
    Tensor[] parts = new Tensor[2];
    if (node.needsGrad(0)) {
      parts[0] = node.allocate(layout);
      node.backend()
          .losses()
          .lossGrad(kind, p, x.view(), target.view(), grad.view(), parts[0].view());
    }
    if (node.needsGrad(1)) {
      parts[1] = node.allocate(layout);
      node.backend()
          .losses()
          .lossTargetGrad(kind, p, x.view(), target.view(), grad.view(), parts[1].view());
    }
    return parts;
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
