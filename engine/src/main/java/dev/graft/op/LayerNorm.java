package dev.graft.op;

import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import java.util.Arrays;

/**
 * Layer normalisation (Ba et al., 2016) over the last dimensions of x, those of {@code
 * normalizedShape}: each brought to mean 0 and variance 1, then times weight and plus bias, which
 * have that shape. Both may be left out, or the bias alone.
 */
public record LayerNorm(Shape normalizedShape, float eps) implements Op {
  /**
   * @throws IllegalArgumentException if normalizedShape has no dimensions
   */
  public LayerNorm {
    if (normalizedShape.rank() == 0) {
      throw new IllegalArgumentException(
          "layer_norm: the normalized shape needs at least one dimension");
    }
  }

  @Override
  public String name() {
    return "layer_norm";
  }

  @Override
  public Shape outputShape(Shape... in) {
    int[] x = in[0].toArray();
    int lead = x.length - normalizedShape.rank();
    if (lead < 0
        || !Arrays.equals(Arrays.copyOfRange(x, lead, x.length), normalizedShape.toArray())) {
      throw ShapeException.of(
          "layer_norm: input %s does not end in the normalized shape %s", in[0], normalizedShape);
    }
    for (int i = 1; i < in.length; i++) {
      if (!in[i].equals(normalizedShape)) {
        throw ShapeException.of(
            "layer_norm: %s %s does not have the normalized shape %s",
            i == 1 ? "weight" : "bias", in[i], normalizedShape);
      }
    }
    return in[0];
  }

  /** x as the kernel takes it, row-major: [rows, features]. */
  private Tensor rows(Tensor x) {
    int features = normalizedShape.numel();
    int rows = 1;
    for (int i = 0; i < x.rank() - normalizedShape.rank(); i++) {
      rows *= x.dim(i);
    }
    Tensor dense = x.contiguous();
    return dense.viewAs(Layout.rowMajor(Shape.of(rows, features)).at(dense.layout().offset()));
  }

  @Override
  public Tensor forward(Node node) {
    Tensor out = Normalization.forward(node, rows(node.input(0)), 1, eps);
    return out.viewAs(Layout.rowMajor(node.outputShape()));
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor[] parts = Normalization.backward(node, rows(gradOutput), 1);
    if (parts[0] != null) {
      parts[0] = parts[0].viewAs(Layout.rowMajor(node.inputShape(0)));
    }
    return parts;
  }

  @Override
  public boolean keepsInput(int i) {
    return i == 1;
  }
}
