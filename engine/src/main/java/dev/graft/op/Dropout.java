package dev.graft.op;

import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/**
 * Dropout (Srivastava et al., 2014): zeroes each element with probability p and scales the others
 * by 1/(1−p). {@code channels} zeroes whole channels of [n, c, h, w] instead (Tompson et al.,
 * 2015). The seed decides which; for single elements together with their places in memory, so that
 * the mask lies as the input does.
 */
public record Dropout(float p, long seed, boolean channels) implements Op {
  /**
   * @throws IllegalArgumentException if p is not in [0, 1]
   */
  public Dropout {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("dropout: p must be between 0 and 1: " + p);
    }
  }

  @Override
  public String name() {
    return channels ? "dropout2d" : "dropout";
  }

  @Override
  public Shape outputShape(Shape... in) {
    if (channels && in[0].rank() < 3) {
      throw ShapeException.of("dropout2d: needs input [n, c, h, w]: got %s", in[0]);
    }
    return in[0];
  }

  @Override
  public Tensor forward(Node node) {
    Tensor x = node.input(0);
    Layout layout = Layout.dense(x.shape(), x.layout());
    if (channels) {
      int[] dims = new int[x.rank()];
      for (int i = 0; i < dims.length; i++) {
        dims[i] = i < 2 ? x.dim(i) : 1;
      }
      layout = Layout.rowMajor(Shape.of(dims));
    }
    Tensor mask = node.allocate(layout);
    node.backend().elementwise().dropoutMask(seed, p, mask.view());
    node.saveOwn(mask);
    return x.mul(mask);
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    return new Tensor[] {gradOutput.mul(node.<Tensor>saved(0))};
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
