package dev.graft.op;

import dev.graft.backend.NormKernels;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/**
 * Batch normalisation (Ioffe and Szegedy, 2015) of x [n, c], [n, c, l] or [n, c, h, w]. Inputs: x,
 * weight, bias, running mean and running variance, each [c]. In training mode x's own statistics
 * normalise, and the running ones move towards them by {@code momentum} (in place; the variance
 * unbiased, as in PyTorch).
 */
public record BatchNorm(boolean training, float momentum, float eps) implements Op {
  @Override
  public String name() {
    return "batch_norm";
  }

  @Override
  public Shape outputShape(Shape... in) {
    Shape x = in[0];
    if (x.rank() < 2) {
      throw ShapeException.of(
          "batch_norm: needs input [n, c], [n, c, l] or [n, c, h, w]: got %s", x);
    }
    for (int i = 1; i < in.length; i++) {
      if (!in[i].equals(Shape.of(x.dim(1)))) {
        throw ShapeException.of(
            "batch_norm: input %s has %d channels, the layer's values have shape %s",
            x, x.dim(1), in[i]);
      }
    }
    if (training && x.numel() <= x.dim(1)) {
      throw ShapeException.of(
          "batch_norm: training needs more than one value per channel: input %s; use a larger"
              + " batch, or eval mode",
          x);
    }
    return x;
  }

  @Override
  public Tensor forward(Node node) {
    Tensor x = node.input(0).dense();
    NormKernels kernels = node.backend().norm();
    Layout perChannel = Layout.rowMajor(node.inputShape(1));
    Tensor mean = node.input(3).dense();
    Tensor invStd;
    if (training) {
      mean = node.allocate(perChannel);
      invStd = node.allocate(perChannel);
      statistics(node, 3, x, mean, invStd);
    } else {
      invStd = node.allocate(Layout.rowMajor(node.inputShape(4)));
      kernels.invStd(node.view(4), eps, invStd.view());
    }
    Tensor out = node.allocate(Layout.dense(x.shape(), x.layout()));
    kernels.normalize(
        x.view(),
        mean.view(),
        invStd.view(),
        node.input(1).dense().view(),
        node.input(2).dense().view(),
        out.view());
    if (node.isRecording()) {
      // In eval mode the running mean may change before backward: keep what was used.
      node.save(x, training ? mean : mean.copy(mean.layout()), invStd);
    }
    return out;
  }

  /** The statistics of x; the running ones, two inputs from {@code running} on, follow them. */
  void statistics(Node node, int running, Tensor x, Tensor mean, Tensor invStd) {
    NormKernels kernels = node.backend().norm();
    Tensor var = node.allocate(mean.layout());
    kernels.batchStatistics(x.view(), mean.view(), var.view());
    int count = x.numel() / x.dim(1);
    kernels.follow(node.view(running), mean.view(), momentum, 1);
    kernels.follow(node.view(running + 1), var.view(), momentum, (double) count / (count - 1));
    node.view(running).buffer().changed();
    node.view(running + 1).buffer().changed();
    kernels.invStd(var.view(), eps, invStd.view());
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor x = node.saved(0);
    Tensor mean = node.saved(1);
    Tensor invStd = node.saved(2);
    Tensor grad = Gradients.inOrder(gradOutput, x.layout());
    Tensor[] parts = new Tensor[node.arity()];
    Layout perChannel = Layout.rowMajor(node.inputShape(1));
    parts[0] = node.needsGrad(0) ? node.allocate(Layout.dense(x.shape(), x.layout())) : null;
    parts[1] = node.needsGrad(1) ? node.allocate(perChannel) : null;
    parts[2] = node.needsGrad(2) ? node.allocate(perChannel) : null;
    node.backend()
        .norm()
        .batchNormGrad(
            x.view(),
            mean.view(),
            invStd.view(),
            node.input(1).dense().view(),
            grad.view(),
            training,
            parts[0] == null ? null : parts[0].view(),
            parts[1] == null ? null : parts[1].view(),
            parts[2] == null ? null : parts[2].view());
    return parts;
  }

  @Override
  public boolean keepsInput(int i) {
    return i == 1;
  }
}
