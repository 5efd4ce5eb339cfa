package dev.graft.op;

import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;

/** What {@link LayerNorm} and {@link GroupNorm} share: one kernel, two ways to see its input. */
final class Normalization {
  private Normalization() {}

  /**
   * @param x [n, c, …] as the kernel takes it; inputs 1 and 2 of the node, where there are any, are
   *     its weight and bias
   */
  static Tensor forward(Node node, Tensor x, int groups, float eps) {
    Layout perGroup = Layout.rowMajor(Shape.of(x.dim(0) * groups));
    Tensor mean = node.allocate(perGroup);
    Tensor invStd = node.allocate(perGroup);
    Tensor out = node.allocate(Layout.dense(x.shape(), x.layout()));
    node.backend()
        .groupNorm()
        .groupNorm(
            x.view(),
            groups,
            eps,
            flat(node, 1),
            flat(node, 2),
            mean.view(),
            invStd.view(),
            out.view());
    if (node.isRecording()) {
      node.save(x, mean, invStd);
    }
    return out;
  }

  /** The gradients, that of x in the form in which the kernel took it; gradOutput likewise. */
  static Tensor[] backward(Node node, Tensor gradOutput, int groups) {
    Tensor x = node.saved(0);
    Tensor mean = node.saved(1);
    Tensor invStd = node.saved(2);
    Tensor[] parts = new Tensor[node.arity()];
    View[] views = new View[3];
    for (int i = 0; i < parts.length; i++) {
      if (node.needsGrad(i)) {
        Layout own = Layout.rowMajor(node.inputShape(i));
        parts[i] = node.allocate(i == 0 ? Layout.dense(x.shape(), x.layout()) : own);
        views[i] = parts[i].view();
      }
    }
    Tensor grad = Gradients.inOrder(gradOutput, x.layout());
    node.backend()
        .groupNorm()
        .groupNormGrad(
            x.view(),
            groups,
            mean.view(),
            invStd.view(),
            flat(node, 1),
            grad.view(),
            views[0],
            views[1],
            views[2]);
    return parts;
  }

  /** Input {@code i} in row-major order, or null. */
  private static View flat(Node node, int i) {
    return i < node.arity() ? node.input(i).contiguous().view() : null;
  }
}
