package dev.graft.op;

import dev.graft.backend.ConvShape;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/** 2-D convolution: x [n, c, h, w], weight [o, c/groups, kh, kw], bias [o] (may be left out). */
public record Conv2d(ConvParams params) implements Op {
  @Override
  public String name() {
    return "conv2d";
  }

  @Override
  public Shape outputShape(Shape... in) {
    Shape x = in[0];
    Shape weight = in[1];
    if (x.rank() != 4 || weight.rank() != 4) {
      throw ShapeException.of(
          "conv2d: needs input [n, c, h, w] and weight [out, in/groups, kh, kw]: got %s and %s",
          x, weight);
    }
    int expected = weight.dim(1) * params.groups();
    if (x.dim(1) != expected) {
      throw ShapeException.of(
          "conv2d: input has %d channels, weight %s expects %d%s",
          x.dim(1),
          weight,
          expected,
          params.groups() == 1 ? "" : " (" + params.groups() + " groups)");
    }
    if (weight.dim(0) % params.groups() != 0) {
      throw ShapeException.of(
          "conv2d: %d output channels do not divide into %d groups",
          weight.dim(0), params.groups());
    }
    if (in.length > 2 && !in[2].equals(Shape.of(weight.dim(0)))) {
      throw ShapeException.of(
          "conv2d: bias %s does not fit weight %s: expected [%d]", in[2], weight, weight.dim(0));
    }
    ConvShape s = shape(x, weight);
    if (x.dim(2) + 2 * s.padH() < s.dilationH() * (s.kernelH() - 1) + 1
        || x.dim(3) + 2 * s.padW() < s.dilationW() * (s.kernelW() - 1) + 1) {
      throw ShapeException.of(
          "conv2d: the kernel is larger than the padded input: input %s, padding [%d, %d], "
              + "kernel [%d, %d], dilation [%d, %d]",
          x, s.padH(), s.padW(), s.kernelH(), s.kernelW(), s.dilationH(), s.dilationW());
    }
    return Shape.of(s.n(), s.outChannels(), s.outH(), s.outW());
  }

  /** The sizes for an input and a weight that {@link #outputShape} accepts. */
  public ConvShape shape(Shape x, Shape weight) {
    return new ConvShape(
        x.dim(0),
        x.dim(1),
        x.dim(2),
        x.dim(3),
        weight.dim(0),
        weight.dim(2),
        weight.dim(3),
        params.strideH(),
        params.strideW(),
        params.padH(),
        params.padW(),
        params.dilationH(),
        params.dilationW(),
        params.groups());
  }

  @Override
  public Tensor forward(Node node) {
    Tensor out = node.allocate(Layout.channelsLast(node.outputShape()));
    ConvShape s = shape(node.inputShape(0), node.inputShape(1));
    var bias = node.arity() > 2 ? node.input(2).dense().view() : null;
    if (out.numel() > 0) {
      node.backend().conv().conv2d(s, node.view(0), node.view(1), bias, out.view());
    }
    return out;
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    ConvShape s = shape(node.inputShape(0), node.inputShape(1));
    Tensor[] parts = new Tensor[node.arity()];
    Tensor sum = node.pendingGradient(0);
    if (sum != null && sum.layout().isChannelsLast()) {
      parts[0] = sum;
      node.backend().conv().addConv2dInputGrad(s, gradOutput.view(), node.view(1), sum.view());
    } else if (node.needsGrad(0)) {
      parts[0] = node.allocate(Layout.channelsLast(node.inputShape(0)));
      node.backend().conv().conv2dInputGrad(s, gradOutput.view(), node.view(1), parts[0].view());
    }
    if (node.needsGrad(1)) {
      parts[1] = node.allocate(Layout.rowMajor(node.inputShape(1)));
      node.backend().conv().conv2dWeightGrad(s, node.view(0), gradOutput.view(), parts[1].view());
    }
    if (parts.length > 2 && node.needsGrad(2)) {
      Shape perChannel = Shape.of(s.outChannels(), 1, 1);
      parts[2] =
          Gradients.sumTo(gradOutput, perChannel).viewAs(Layout.rowMajor(node.inputShape(2)));
    }
    return parts;
  }

  @Override
  public long multiplyAdds(Shape[] inputs, Shape output) {
    Shape weight = inputs[1];
    return (long) output.numel() * weight.dim(1) * weight.dim(2) * weight.dim(3);
  }

  @Override
  public boolean keepsInput(int i) {
    return i < 2;
  }
}
