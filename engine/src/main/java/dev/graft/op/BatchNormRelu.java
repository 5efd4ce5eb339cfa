package dev.graft.op;

import dev.graft.backend.NormKernels;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/**
 * {@code relu(batch_norm(x) + residual)} in training mode: what ends the parts of a residual
 * network (He et al., 2016), in as few passes over memory as its statistics allow. Inputs: x,
 * weight, bias, the residual [n, c, …], which may be left out, running mean and running variance,
 * as {@link BatchNorm} has them.
 */
public record BatchNormRelu(float momentum, float eps) implements Op {
  @Override
  public String name() {
    return "batch_norm_relu";
  }

  private BatchNorm norm() {
    return new BatchNorm(true, momentum, eps);
  }

  @Override
  public Shape outputShape(Shape... in) {
    int running = in.length - 2;
    Shape shape = norm().outputShape(in[0], in[1], in[2], in[running], in[running + 1]);
    if (running > 3 && !in[3].equals(shape)) {
      throw ShapeException.of(
          "batch_norm_relu: residual %s does not fit the input %s", in[3], shape);
    }
    return shape;
  }

  @Override
  public Tensor forward(Node node) {
    Tensor x = node.input(0).dense();
    NormKernels kernels = node.backend().norm();
    Layout perChannel = Layout.rowMajor(node.inputShape(1));
    Tensor mean = node.allocate(perChannel);
    Tensor invStd = node.allocate(perChannel);
    norm().statistics(node, node.arity() - 2, x, mean, invStd);
    Tensor residual =
        node.arity() > 5 ? Gradients.inOrder(node.input(3).dense(), x.layout()) : null;
    Tensor out = node.allocate(Layout.dense(x.shape(), x.layout()));
    kernels.normalizeRelu(
        x.view(),
        mean.view(),
        invStd.view(),
        node.input(1).dense().view(),
        node.input(2).dense().view(),
        residual == null ? null : residual.view(),
        out.view());
    if (residual != null) {
      Gradients.release(residual, node.input(3));
    }
    if (node.isRecording()) {
      node.save(x, mean, invStd, out);
    }
    return out;
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor x = node.saved(0);
    Tensor mean = node.saved(1);
    Tensor invStd = node.saved(2);
    Tensor y = node.saved(3);
    Tensor grad = Gradients.inOrder(gradOutput, x.layout());
    Tensor[] parts = new Tensor[node.arity()];
    Layout perChannel = Layout.rowMajor(node.inputShape(1));
    Layout like = Layout.dense(x.shape(), x.layout());
    parts[1] = node.needsGrad(1) ? node.allocate(perChannel) : null;
    parts[2] = node.needsGrad(2) ? node.allocate(perChannel) : null;
    boolean residual = node.arity() > 5;
    boolean passedOn = residual && node.needsGrad(3);
    Tensor spare = node.ownsGradient() && grad == gradOutput ? grad : null;
    Tensor masked = !passedOn ? null : spare != null ? spare : node.allocate(like);
    if (node.needsGrad(0)) {
      parts[0] = spare != null && masked == null ? spare : node.allocate(like);
    }
    node.backend()
        .norm()
        .batchNormReluGrad(
            x.view(),
            mean.view(),
            invStd.view(),
            node.input(1).dense().view(),
            node.input(2).dense().view(),
            y.view(),
            residual,
            grad.view(),
            masked == null ? null : masked.view(),
            parts[0] == null ? null : parts[0].view(),
            parts[1] == null ? null : parts[1].view(),
            parts[2] == null ? null : parts[2].view());
    Gradients.release(grad, gradOutput);
    if (passedOn) {
      parts[3] = masked;
    }
    return parts;
  }

  @Override
  public boolean keepsInput(int i) {
    return i == 1 || i == 2;
  }
}
