package dev.graft.op;

import dev.graft.backend.ReductionKernels;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/**
 * The p-norm over dimensions (none given: over all): {@code (Σ|x|^p)^(1/p)}; p = ∞ is the largest
 * size, p = 0 the number of elements that are not 0. Where the norm is 0 so is its gradient.
 */
public record Norm(float p, List<Integer> dims, boolean keepDim) implements Op {
  /**
   * @throws IllegalArgumentException if p is negative or NaN
   */
  public Norm {
    if (!(p >= 0)) {
      throw new IllegalArgumentException("norm: p must be at least 0: " + p);
    }
  }

  public Norm(float p, int[] dims, boolean keepDim) {
    this(p, Arrays.stream(dims).boxed().toList(), keepDim);
  }

  @Override
  public String name() {
    return "norm";
  }

  private boolean[] reduced(Shape x) {
    return Dims.reduced(name(), x, dims.stream().mapToInt(Integer::intValue).toArray());
  }

  private boolean isLargest() {
    return p == Float.POSITIVE_INFINITY;
  }

  @Override
  public Shape outputShape(Shape... in) {
    boolean[] reduced = reduced(in[0]);
    if (isLargest() && Dims.count(in[0], reduced) == 0) {
      throw ShapeException.of("norm: no elements to reduce: input %s", in[0]);
    }
    return Dims.result(in[0], reduced, keepDim);
  }

  @Override
  public Tensor forward(Node node) {
    Tensor x = node.input(0);
    Tensor norm;
    if (isLargest()) {
      norm = Gradients.reduce(ReductionKernels.Kind.MAX, x.abs(), reduced(x.shape()));
    } else if (p == 2) {
      norm = sum(x.square()).sqrt();
    } else if (p == 1) {
      norm = sum(x.abs());
    } else {
      norm = p == 0 ? sum(x.ne(0)) : sum(x.abs().pow(p)).pow(1 / p);
    }
    node.save(norm);
    return norm.viewAs(Layout.rowMajor(node.outputShape()));
  }

  private Tensor sum(Tensor x) {
    return Gradients.reduce(ReductionKernels.Kind.SUM, x, reduced(x.shape()));
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor x = node.input(0);
    Tensor norm = node.saved(0);
    Tensor grad = gradOutput.reshape(norm.shape());
    if (p == 0) {
      return new Tensor[1];
    }
    if (p == 1) {
      return new Tensor[] {x.sign().mul(grad)};
    }
    if (isLargest()) {
      Tensor isMax = x.abs().eq(norm);
      return new Tensor[] {x.sign().mul(isMax).mul(grad.div(sum(isMax)))};
    }
    if (p == 2) {
      return new Tensor[] {x.mul(grad.div(norm).maskedFill(norm.eq(0), 0))};
    }
    Tensor slope = x.sign().mul(x.abs().pow(p - 1)).maskedFill(x.eq(0), 0);
    Tensor scale = grad.div(norm.pow(p - 1)).maskedFill(norm.eq(0), 0);
    return new Tensor[] {slope.mul(scale)};
  }
}
