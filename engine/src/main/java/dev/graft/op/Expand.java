package dev.graft.op;

import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/** Broadcasts to a larger shape, as a view that repeats elements. */
public record Expand(Shape target) implements Op {
  @Override
  public String name() {
    return "expand";
  }

  @Override
  public Shape outputShape(Shape... in) {
    if (!in[0].broadcastsTo(target)) {
      throw ShapeException.of("expand: %s does not broadcast to %s", in[0], target);
    }
    return target;
  }

  @Override
  public Tensor forward(Node node) {
    Tensor x = node.input(0);
    return x.viewAs(x.layout().expand(target));
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    return new Tensor[] {Gradients.sumTo(gradOutput, node.inputShape(0))};
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
