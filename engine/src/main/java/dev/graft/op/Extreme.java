package dev.graft.op;

import dev.graft.backend.ReductionKernels;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** The largest or smallest over dimensions (none: over all); ties share the gradient evenly. */
public record Extreme(boolean smallest, List<Integer> dims, boolean keepDim) implements Op {
  public Extreme(boolean smallest, int[] dims, boolean keepDim) {
    this(smallest, Arrays.stream(dims).boxed().toList(), keepDim);
  }

  @Override
  public String name() {
    return smallest ? "amin" : "amax";
  }

  private boolean[] reduced(Shape x) {
    return Dims.reduced(name(), x, dims.stream().mapToInt(Integer::intValue).toArray());
  }

  @Override
  public Shape outputShape(Shape... in) {
    boolean[] reduced = reduced(in[0]);
    if (Dims.count(in[0], reduced) == 0) {
      throw ShapeException.of("%s: no elements to reduce: input %s", name(), in[0]);
    }
    return Dims.result(in[0], reduced, keepDim);
  }

  @Override
  public Tensor forward(Node node) {
    boolean[] reduced = reduced(node.inputShape(0));
    ReductionKernels.Kind kind = smallest ? ReductionKernels.Kind.MIN : ReductionKernels.Kind.MAX;
    Tensor extreme = Gradients.reduce(kind, node.input(0), reduced);
    node.save(extreme);
    return extreme.viewAs(Layout.rowMajor(node.outputShape()));
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor x = node.input(0);
    Tensor extreme = node.saved(0);
    Tensor isExtreme = x.eq(extreme);
    Tensor ties = Gradients.reduce(ReductionKernels.Kind.SUM, isExtreme, reduced(x.shape()));
    return new Tensor[] {isExtreme.mul(gradOutput.reshape(extreme.shape()).div(ties))};
  }
}
