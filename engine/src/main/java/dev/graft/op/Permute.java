package dev.graft.op;

import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Reorders dimensions, as a view: dimension i of the result is {@code order[i]} of the input. */
public record Permute(List<Integer> order) implements Op {
  public Permute(int... order) {
    this(Arrays.stream(order).boxed().toList());
  }

  @Override
  public String name() {
    return "permute";
  }

  private int[] axes(Shape x) {
    return order.stream().mapToInt(x::axis).toArray();
  }

  @Override
  public Shape outputShape(Shape... in) {
    Shape x = in[0];
    int[] axes = axes(x);
    if (axes.length != x.rank() || Arrays.stream(axes).distinct().count() != axes.length) {
      throw ShapeException.of(
          "permute: %s is not an order of the %d dimensions of %s", order, x.rank(), x);
    }
    return Shape.of(Arrays.stream(axes).map(x::dim).toArray());
  }

  @Override
  public Tensor forward(Node node) {
    Tensor x = node.input(0);
    return x.viewAs(x.layout().permute(axes(x.shape())));
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    int[] axes = axes(node.inputShape(0));
    int[] inverse = new int[axes.length];
    for (int i = 0; i < axes.length; i++) {
      inverse[axes[i]] = i;
    }
    return new Tensor[] {gradOutput.viewAs(gradOutput.layout().permute(inverse))};
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
