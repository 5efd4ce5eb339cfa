package dev.graft.op;

import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/**
 * Group normalisation (Wu and He, 2018) of x [n, c, …]: each sample's channels in {@code groups}
 * groups of neighbours, each brought to mean 0 and variance 1, then by channel times weight [c] and
 * plus bias [c]. Both may be left out, or the bias alone.
 */
public record GroupNorm(int groups, float eps) implements Op {
  /**
   * @throws IllegalArgumentException if groups is below 1
   */
  public GroupNorm {
    if (groups < 1) {
      throw new IllegalArgumentException("group_norm: groups must be at least 1: " + groups);
    }
  }

  @Override
  public String name() {
    return "group_norm";
  }

  @Override
  public Shape outputShape(Shape... in) {
    Shape x = in[0];
    if (x.rank() < 2) {
      throw ShapeException.of("group_norm: needs input [n, c, …]: got %s", x);
    }
    int channels = x.dim(1);
    if (channels % groups != 0) {
      throw ShapeException.of(
          "group_norm: %d channels do not divide into %d groups: input %s", channels, groups, x);
    }
    for (int i = 1; i < in.length; i++) {
      if (!in[i].equals(Shape.of(channels))) {
        throw ShapeException.of(
            "group_norm: input %s has %d channels, the layer's values have shape %s",
            x, channels, in[i]);
      }
    }
    if (x.numel() == groups) {
      throw ShapeException.of(
          "group_norm: needs more than one value per group: input %s, %d groups", x, groups);
    }
    return x;
  }

  @Override
  public Tensor forward(Node node) {
    Tensor x = node.input(0);
    return Normalization.forward(
        node, x.layout().isChannelsLast() ? x : x.contiguous(), groups, eps);
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    return Normalization.backward(node, gradOutput, groups);
  }

  @Override
  public boolean keepsInput(int i) {
    return i == 1;
  }
}
