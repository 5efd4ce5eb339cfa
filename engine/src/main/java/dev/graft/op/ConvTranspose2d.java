package dev.graft.op;

import dev.graft.backend.ConvShape;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/**
 * Transposed 2-D convolution (Zeiler et al., 2010), the gradient of a convolution with respect to
 * its input: x [n, in, h, w], weight [in, out/groups, kh, kw], bias [out] (may be left out). Its
 * own gradients are that convolution and that convolution's weight gradient. The output has {@code
 * (h − 1)·stride − 2·padding + dilation·(kh − 1) + outputPadding + 1} rows.
 */
public record ConvTranspose2d(ConvParams params, int outputPadH, int outputPadW) implements Op {
  /**
   * @throws IllegalArgumentException if an output padding is negative, or neither below the stride
   *     nor below the dilation
   */
  public ConvTranspose2d {
    if (Math.min(outputPadH, outputPadW) < 0
        || outputPadH >= Math.max(params.strideH(), params.dilationH())
        || outputPadW >= Math.max(params.strideW(), params.dilationW())) {
      throw new IllegalArgumentException(
          String.format(
              "conv_transpose2d: output padding must be at least 0 and smaller than either stride"
                  + " or dilation: output padding [%d, %d], stride [%d, %d], dilation [%d, %d]",
              outputPadH,
              outputPadW,
              params.strideH(),
              params.strideW(),
              params.dilationH(),
              params.dilationW()));
    }
  }

  @Override
  public String name() {
    return "conv_transpose2d";
  }

  @Override
  public Shape outputShape(Shape... in) {
    Shape x = in[0];
    Shape weight = in[1];
    if (x.rank() != 4 || weight.rank() != 4) {
      throw ShapeException.of(
          "conv_transpose2d: needs input [n, c, h, w] and weight [in, out/groups, kh, kw]: got %s"
              + " and %s",
          x, weight);
    }
    if (x.dim(1) != weight.dim(0)) {
      throw ShapeException.of(
          "conv_transpose2d: input has %d channels, weight %s expects %d",
          x.dim(1), weight, weight.dim(0));
    }
    if (weight.dim(0) % params.groups() != 0) {
      throw ShapeException.of(
          "conv_transpose2d: %d input channels do not divide into %d groups",
          weight.dim(0), params.groups());
    }
    int outputs = weight.dim(1) * params.groups();
    if (in.length > 2 && !in[2].equals(Shape.of(outputs))) {
      throw ShapeException.of(
          "conv_transpose2d: bias %s does not fit weight %s: expected [%d]",
          in[2], weight, outputs);
    }
    int h = outH(x, weight);
    int w = outW(x, weight);
    if (Math.min(x.dim(2), x.dim(3)) < 1 || Math.min(h, w) < 1) {
      throw ShapeException.of(
          "conv_transpose2d: the output would be empty: input %s, weight %s, padding [%d, %d]",
          x, weight, params.padH(), params.padW());
    }
    return Shape.of(x.dim(0), outputs, h, w);
  }

  private int outH(Shape x, Shape weight) {
    int reach = params.dilationH() * (weight.dim(2) - 1) + 1;
    return (x.dim(2) - 1) * params.strideH() - 2 * params.padH() + reach + outputPadH;
  }

  private int outW(Shape x, Shape weight) {
    int reach = params.dilationW() * (weight.dim(3) - 1) + 1;
    return (x.dim(3) - 1) * params.strideW() - 2 * params.padW() + reach + outputPadW;
  }

  /** Of the convolution whose input gradient this is: its input is our output. */
  private ConvShape shape(Shape x, Shape weight) {
    return new ConvShape(
        x.dim(0),
        weight.dim(1) * params.groups(),
        outH(x, weight),
        outW(x, weight),
        x.dim(1),
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

  /**
   * x with as many rows and columns as the convolution s gives. An output padding of a stride or
   * more (allowed below the dilation) makes that convolution see further ones: they are zeros.
   */
  private static Tensor widened(Tensor x, ConvShape s) {
    return x.dim(2) == s.outH() && x.dim(3) == s.outW()
        ? x
        : x.pad(0, s.outW() - x.dim(3), 0, s.outH() - x.dim(2));
  }

  @Override
  public Tensor forward(Node node) {
    Tensor out = node.allocate(Layout.channelsLast(node.outputShape()));
    ConvShape s = shape(node.inputShape(0), node.inputShape(1));
    View bias = node.arity() > 2 ? node.input(2).dense().view() : null;
    if (out.numel() > 0) {
      Tensor x = widened(node.input(0).detach(), s);
      node.backend().conv().convTranspose2d(s, x.view(), node.view(1), bias, out.view());
    }
    return out;
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Shape x = node.inputShape(0);
    ConvShape s = shape(x, node.inputShape(1));
    Tensor[] parts = new Tensor[node.arity()];
    if (node.needsGrad(0)) {
      Shape wide = Shape.of(x.dim(0), x.dim(1), s.outH(), s.outW());
      Tensor gradX = node.allocate(Layout.channelsLast(wide));
      node.backend().conv().conv2d(s, gradOutput.view(), node.view(1), null, gradX.view());
      parts[0] = wide.equals(x) ? gradX : gradX.viewAs(inside(gradX.layout(), x));
    }
    if (node.needsGrad(1)) {
      parts[1] = node.allocate(Layout.rowMajor(node.inputShape(1)));
      Tensor wide = widened(node.input(0).detach(), s);
      node.backend().conv().conv2dWeightGrad(s, gradOutput.view(), wide.view(), parts[1].view());
    }
    if (parts.length > 2 && node.needsGrad(2)) {
      Shape perChannel = Shape.of(s.inChannels(), 1, 1);
      parts[2] =
          Gradients.sumTo(gradOutput, perChannel).viewAs(Layout.rowMajor(node.inputShape(2)));
    }
    return parts;
  }

  private static Layout inside(Layout wide, Shape x) {
    return wide.slice(2, 0, x.dim(2), 1).slice(3, 0, x.dim(3), 1);
  }

  @Override
  public long multiplyAdds(Shape[] inputs, Shape output) {
    Shape weight = inputs[1];
    return (long) inputs[0].numel() * weight.dim(1) * weight.dim(2) * weight.dim(3);
  }

  @Override
  public boolean keepsInput(int i) {
    return i < 2;
  }
}
