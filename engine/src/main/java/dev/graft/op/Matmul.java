package dev.graft.op;

import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import java.util.Arrays;

/** Matrix product of [.., m, k] and [.., k, n]; leading dimensions are broadcast. */
public record Matmul() implements Op {
  @Override
  public String name() {
    return "matmul";
  }

  @Override
  public Shape outputShape(Shape... in) {
    Shape a = in[0];
    Shape b = in[1];
    if (a.rank() < 2 || b.rank() < 2) {
      throw ShapeException.of("matmul: needs matrices: %s and %s", a, b);
    }
    if (a.dim(-1) != b.dim(-2)) {
      throw ShapeException.of(
          "matmul: inner dimensions differ: %s has %d columns, %s has %d rows",
          a, a.dim(-1), b, b.dim(-2));
    }
    return batched(Shape.broadcast("matmul", batch(a), batch(b)), a.dim(-2), b.dim(-1));
  }

  @Override
  public Tensor forward(Node node) {
    return product(node.input(0), node.input(1), null);
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor a = node.input(0);
    Tensor b = node.input(1);
    Tensor gradA = null;
    Tensor gradB = null;
    if (node.needsGrad(0)) {
      gradA = Gradients.sumTo(product(gradOutput, b.transpose(-2, -1), null), a.shape());
    }
    if (node.needsGrad(1)) {
      gradB = Gradients.sumTo(product(a.transpose(-2, -1), gradOutput, null), b.shape());
    }
    return new Tensor[] {gradA, gradB};
  }

  @Override
  public long multiplyAdds(Shape[] inputs, Shape output) {
    return (long) output.numel() * inputs[0].dim(-1);
  }

  /** The product, row-major, with bias [n] or null added to each row. */
  static Tensor product(Tensor a, Tensor b, Tensor bias) {
    Shape batch = Shape.broadcast("matmul", batch(a.shape()), batch(b.shape()));
    int m = a.dim(-2);
    int n = b.dim(-1);
    Layout out3 = Layout.rowMajor(Shape.of(batch.numel(), m, n));
    View out = a.backend().allocate(out3);
    View biasView = bias == null ? null : bias.dense().view();
    a.backend().matmul().matmul(rank3(a, batch), rank3(b, batch), biasView, out);
    return Tensor.of(out.with(Layout.rowMajor(batched(batch, m, n)).at(out.offset())));
  }

  /** The operand broadcast over the batch, as [batch, rows, columns]; copied only if it must be. */
  private static View rank3(Tensor x, Shape batch) {
    Layout expanded = x.layout().expand(batched(batch, x.dim(-2), x.dim(-1)));
    Shape shape3 = Shape.of(batch.numel(), x.dim(-2), x.dim(-1));
    if (x.rank() == 2) {
      Layout m = x.layout();
      int[] strides = {0, m.stride(0), m.stride(1)};
      return x.view().with(Layout.of(shape3, strides, m.offset()));
    }
    Layout flat = flatten(expanded, shape3);
    if (flat != null) {
      return x.view().with(flat);
    }
    return Tensor.of(x.view().with(expanded)).contiguous().view().with(Layout.rowMajor(shape3));
  }

  /** Merges the batch dimensions, leaving rows and columns with their own strides; null if not. */
  private static Layout flatten(Layout x, Shape shape3) {
    int batchStride = 0;
    int expected = -1;
    for (int i = x.rank() - 3; i >= 0; i--) {
      if (x.dim(i) == 1) {
        continue;
      }
      if (expected == -1) {
        batchStride = x.stride(i);
      } else if (x.stride(i) != expected) {
        return null;
      }
      expected = x.stride(i) * x.dim(i);
    }
    return Layout.of(shape3, new int[] {batchStride, x.stride(-2), x.stride(-1)}, x.offset());
  }

  private static Shape batch(Shape s) {
    return Shape.of(Arrays.copyOf(s.toArray(), s.rank() - 2));
  }

  private static Shape batched(Shape batch, int rows, int columns) {
    int[] dims = Arrays.copyOf(batch.toArray(), batch.rank() + 2);
    dims[batch.rank()] = rows;
    dims[batch.rank() + 1] = columns;
    return Shape.of(dims);
  }
}
