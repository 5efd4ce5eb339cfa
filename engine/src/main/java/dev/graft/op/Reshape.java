package dev.graft.op;

import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import java.util.Arrays;

/** The same elements, in row-major order, under another shape; copies only where it must. */
public record Reshape(Shape target) implements Op {
  /** The target with one −1 filled in from the number of elements. */
  public static Reshape of(Shape x, int... dims) {
    int[] filled = dims.clone();
    int unknown = -1;
    long known = 1;
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] == -1 && unknown < 0) {
        unknown = i;
      } else {
        known *= dims[i];
      }
    }
    if (unknown >= 0) {
      if (known <= 0 || x.numel() % known != 0) {
        throw ShapeException.of(
            "reshape: cannot make %s of %s (%d elements)", Arrays.toString(dims), x, x.numel());
      }
      filled[unknown] = (int) (x.numel() / known);
    }
    return new Reshape(Shape.of(filled));
  }

  @Override
  public String name() {
    return "reshape";
  }

  @Override
  public Shape outputShape(Shape... in) {
    if (in[0].numel() != target.numel()) {
      throw ShapeException.of(
          "reshape: %s has %d elements, %s needs %d", in[0], in[0].numel(), target, target.numel());
    }
    return target;
  }

  @Override
  public Tensor forward(Node node) {
    return reshaped(node.input(0), target);
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    return new Tensor[] {reshaped(gradOutput, node.inputShape(0))};
  }

  private static Tensor reshaped(Tensor x, Shape shape) {
    Layout view = x.layout().reshape(shape);
    return view != null
        ? x.viewAs(view)
        : x.copy(Layout.rowMajor(x.shape())).viewAs(Layout.rowMajor(shape));
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
