package dev.graft.op;

import dev.graft.backend.ReductionKernels;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Maximum over dimensions (none given: over all); ties share the gradient evenly. */
public record Max(List<Integer> dims, boolean keepDim) implements Op {
  public Max(int[] dims, boolean keepDim) {
    this(Arrays.stream(dims).boxed().toList(), keepDim);
  }

  @Override
  public String name() {
    return "amax";
  }

  private boolean[] reduced(Shape x) {
    return Dims.reduced(name(), x, dims.stream().mapToInt(Integer::intValue).toArray());
  }

  @Override
  public Shape outputShape(Shape... in) {
    boolean[] reduced = reduced(in[0]);
    if (Dims.count(in[0], reduced) == 0) {
      throw ShapeException.of("amax: no elements to reduce: input %s", in[0]);
    }
    return Dims.result(in[0], reduced, keepDim);
  }

  @Override
  public Tensor forward(Node node) {
    boolean[] reduced = reduced(node.inputShape(0));
    Tensor max = Gradients.reduce(ReductionKernels.Kind.MAX, node.input(0), reduced);
    node.save(max);
    return max.viewAs(Layout.rowMajor(node.outputShape()));
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor x = node.input(0);
    Tensor max = node.saved(0);
    Tensor isMax = x.eq(max);
    Tensor ties = Gradients.reduce(ReductionKernels.Kind.SUM, isMax, reduced(x.shape()));
    return new Tensor[] {isMax.mul(gradOutput.reshape(max.shape()).div(ties))};
  }
}
