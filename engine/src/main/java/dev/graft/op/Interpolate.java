package dev.graft.op;

import dev.graft.backend.AxisTaps;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/** Resizes x [n, c, h, w]. */
public record Interpolate(InterpolateParams params) implements Op {
  @Override
  public String name() {
    return "interpolate";
  }

  @Override
  public Shape outputShape(Shape... in) {
    Shape x = in[0];
    if (x.rank() != 4 || x.dim(2) < 1 || x.dim(3) < 1) {
      throw ShapeException.of("interpolate: needs input [n, c, h, w]: got %s", x);
    }
    int h = outputSize(x.dim(2), params.outH(), params.scaleH());
    int w = outputSize(x.dim(3), params.outW(), params.scaleW());
    if (Math.min(h, w) < 1) {
      throw ShapeException.of(
          "interpolate: the output would be empty: input %s, scale factors [%s, %s]",
          x, params.scaleH(), params.scaleW());
    }
    return x.with(2, h).with(3, w);
  }

  private static int outputSize(int in, int size, double scale) {
    return scale == 0 ? size : (int) Math.floor(in * scale);
  }

  private AxisTaps rows(Node node) {
    return InterpolationTaps.of(
        params, node.inputShape(0).dim(2), node.outputShape().dim(2), params.scaleH());
  }

  private AxisTaps columns(Node node) {
    return InterpolationTaps.of(
        params, node.inputShape(0).dim(3), node.outputShape().dim(3), params.scaleW());
  }

  @Override
  public Tensor forward(Node node) {
    Tensor out = node.allocate(Layout.dense(node.outputShape(), node.input(0).layout()));
    node.backend().resample().resample(node.view(0), rows(node), columns(node), out.view());
    return out;
  }

  /** The gradient of a weighted sum is the weighted sum over the results that an element met. */
  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Shape x = node.inputShape(0);
    Tensor gradX = node.allocate(Layout.dense(x, gradOutput.layout()));
    AxisTaps rows = rows(node).transposed(x.dim(2));
    AxisTaps columns = columns(node).transposed(x.dim(3));
    node.backend().resample().resample(gradOutput.view(), rows, columns, gradX.view());
    return new Tensor[] {gradX};
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
