package dev.graft.op;

import dev.graft.backend.ReductionKernels;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Sum, or mean, over dimensions (none given: over all). */
public record Sum(boolean mean, List<Integer> dims, boolean keepDim) implements Op {
  public Sum(boolean mean, int[] dims, boolean keepDim) {
    this(mean, Arrays.stream(dims).boxed().toList(), keepDim);
  }

  @Override
  public String name() {
    return mean ? "mean" : "sum";
  }

  private boolean[] reduced(Shape x) {
    return Dims.reduced(name(), x, dims.stream().mapToInt(Integer::intValue).toArray());
  }

  @Override
  public Shape outputShape(Shape... in) {
    return Dims.result(in[0], reduced(in[0]), keepDim);
  }

  @Override
  public Tensor forward(Node node) {
    boolean[] reduced = reduced(node.inputShape(0));
    Tensor sum = Gradients.reduce(ReductionKernels.Kind.SUM, node.input(0), reduced);
    Tensor out = sum.viewAs(Layout.rowMajor(node.outputShape()));
    return mean ? out.div(Dims.count(node.inputShape(0), reduced)) : out;
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Shape x = node.inputShape(0);
    boolean[] reduced = reduced(x);
    Shape kept = Dims.result(x, reduced, true);
    Tensor grad = mean ? gradOutput.div(Dims.count(x, reduced)) : gradOutput;
    return new Tensor[] {grad.reshape(kept).expand(x)};
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
