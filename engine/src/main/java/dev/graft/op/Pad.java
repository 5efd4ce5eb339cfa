package dev.graft.op;

import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/** Surrounds the last two dimensions with a constant. */
public record Pad(int left, int right, int top, int bottom, float value) implements Op {
  @Override
  public String name() {
    return "pad";
  }

  @Override
  public Shape outputShape(Shape... in) {
    if (in[0].rank() < 2) {
      throw ShapeException.of("pad: needs at least two dimensions: got %s", in[0]);
    }
    if (Math.min(Math.min(left, right), Math.min(top, bottom)) < 0) {
      throw ShapeException.of(
          "pad: widths must not be negative: left %d, right %d, top %d, bottom %d; use slice to"
              + " crop",
          left, right, top, bottom);
    }
    return in[0].with(-2, in[0].dim(-2) + top + bottom).with(-1, in[0].dim(-1) + left + right);
  }

  /** Where x lies in a result of that layout. */
  public Layout inside(Layout outer, Shape x) {
    return outer.slice(-2, top, top + x.dim(-2), 1).slice(-1, left, left + x.dim(-1), 1);
  }

  @Override
  public Tensor forward(Node node) {
    Tensor out = node.allocate(Layout.dense(node.outputShape(), node.input(0).layout()));
    node.backend().copies().fill(out.view(), value);
    View target = out.view().with(inside(out.layout(), node.inputShape(0)));
    node.backend().copies().copy(node.view(0), target);
    return out;
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    return new Tensor[] {gradOutput.viewAs(inside(gradOutput.layout(), node.inputShape(0)))};
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
