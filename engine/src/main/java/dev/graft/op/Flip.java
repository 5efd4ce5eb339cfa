package dev.graft.op;

import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Reverses the order along dimensions. */
public record Flip(List<Integer> dims) implements Op {
  public Flip(int... dims) {
    this(Arrays.stream(dims).boxed().toList());
  }

  @Override
  public String name() {
    return "flip";
  }

  private boolean[] flipped(Shape x) {
    return dims.isEmpty()
        ? new boolean[x.rank()]
        : Dims.reduced(name(), x, dims.stream().mapToInt(Integer::intValue).toArray());
  }

  @Override
  public Shape outputShape(Shape... in) {
    flipped(in[0]);
    return in[0];
  }

  @Override
  public Tensor forward(Node node) {
    return flip(node, node.input(0));
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    return new Tensor[] {flip(node, gradOutput)};
  }

  /** A copy from a layout that starts at the last index and steps backwards. */
  private Tensor flip(Node node, Tensor x) {
    boolean[] flipped = flipped(x.shape());
    int[] strides = x.layout().strides();
    int start = x.layout().offset();
    for (int i = 0; i < strides.length && x.numel() > 0; i++) {
      if (flipped[i]) {
        start += (x.dim(i) - 1) * strides[i];
        strides[i] = -strides[i];
      }
    }
    Tensor out = node.allocate(Layout.dense(x.shape(), x.layout()));
    Layout backwards = Layout.of(x.shape(), strides, start);
    node.backend().copies().copy(x.view().with(backwards), out.view());
    return out;
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
