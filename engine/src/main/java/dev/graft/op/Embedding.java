package dev.graft.op;

import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import java.util.Arrays;

/**
 * The rows of weight [num, dim] that an index names, as [.., dim] after the index's shape. The
 * gradient adds up what repeats in the order of the index; row {@code paddingIdx} has none (−1: all
 * have).
 */
public record Embedding(int[] index, Shape indexShape, int paddingIdx) implements Op {
  @Override
  public String name() {
    return "embedding";
  }

  @Override
  public Shape outputShape(Shape... in) {
    Shape weight = in[0];
    if (weight.rank() != 2) {
      throw ShapeException.of("embedding: needs weight [num, dim]: got %s", weight);
    }
    if (index.length != indexShape.numel()) {
      throw ShapeException.of(
          "embedding: %d indices do not fill shape %s (%d elements)",
          index.length, indexShape, indexShape.numel());
    }
    for (int i = 0; i < index.length; i++) {
      if (index[i] < 0 || index[i] >= weight.dim(0)) {
        throw ShapeException.of(
            "embedding: index %d at position %d is out of range: weight %s has rows 0 … %d",
            index[i], i, weight, weight.dim(0) - 1);
      }
    }
    int[] dims = Arrays.copyOf(indexShape.toArray(), indexShape.rank() + 1);
    dims[indexShape.rank()] = weight.dim(1);
    return Shape.of(dims);
  }

  @Override
  public Tensor forward(Node node) {
    Tensor weight = node.input(0).contiguous();
    Tensor out = node.allocate(Layout.rowMajor(Shape.of(index.length, weight.dim(1))));
    node.backend().copies().indexSelect(weight.view(), 0, index, out.view());
    return out.viewAs(Layout.rowMajor(node.outputShape()));
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Layout layout = Layout.rowMajor(node.inputShape(0));
    View gradWeight = new View(node.backend().allocateZeroed(layout.numel()), layout);
    Tensor rows = gradOutput.contiguous().reshape(index.length, layout.dim(1));
    node.backend().copies().indexAdd(rows.view(), 0, index, gradWeight);
    if (paddingIdx >= 0) {
      View padding = gradWeight.with(layout.slice(0, paddingIdx, paddingIdx + 1, 1));
      node.backend().copies().fill(padding, 0);
    }
    return new Tensor[] {Tensor.of(gradWeight)};
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
