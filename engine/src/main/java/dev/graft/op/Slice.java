package dev.graft.op;

import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;

/** Every {@code step}-th index of {@code start … end−1} along one dimension, as a view. */
public record Slice(int dim, int start, int end, int step) implements Op {
  @Override
  public String name() {
    return "slice";
  }

  @Override
  public Shape outputShape(Shape... in) {
    return Layout.rowMajor(in[0]).slice(dim, start, end, step).shape();
  }

  @Override
  public Tensor forward(Node node) {
    Tensor x = node.input(0);
    return x.viewAs(x.layout().slice(dim, start, end, step));
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Layout layout = layout(node.inputShape(0), gradOutput.layout());
    View gradX = new View(node.backend().allocateZeroed(layout.numel()), layout);
    View part = gradX.with(layout.slice(dim, start, end, step));
    node.backend().copies().copy(gradOutput.view(), part);
    return new Tensor[] {Tensor.of(gradX)};
  }

  /** A part of an image whose channels lie together comes from such an image. */
  private static Layout layout(Shape shape, Layout part) {
    boolean channelsLast = shape.rank() == 4 && part.stride(1) == 1 && part.stride(3) != 1;
    return channelsLast ? Layout.channelsLast(shape) : Layout.dense(shape, part);
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
