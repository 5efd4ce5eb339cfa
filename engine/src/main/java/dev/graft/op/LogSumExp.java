package dev.graft.op;

import dev.graft.backend.ReductionKernels;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** log Σ exp(x) over dimensions (none given: over all), without overflow. */
public record LogSumExp(List<Integer> dims, boolean keepDim) implements Op {
  public LogSumExp(int[] dims, boolean keepDim) {
    this(Arrays.stream(dims).boxed().toList(), keepDim);
  }

  @Override
  public String name() {
    return "logsumexp";
  }

  private boolean[] reduced(Shape x) {
    return Dims.reduced(name(), x, dims.stream().mapToInt(Integer::intValue).toArray());
  }

  @Override
  public Shape outputShape(Shape... in) {
    boolean[] reduced = reduced(in[0]);
    if (Dims.count(in[0], reduced) == 0) {
      throw ShapeException.of("logsumexp: no elements to reduce: input %s", in[0]);
    }
    return Dims.result(in[0], reduced, keepDim);
  }

  @Override
  public Tensor forward(Node node) {
    Tensor x = node.input(0);
    boolean[] reduced = reduced(x.shape());
    Tensor max = Gradients.reduce(ReductionKernels.Kind.MAX, x, reduced);
    // Where the maximum is infinite, x − max would be NaN; shifting by 0 gives the right infinity.
    Tensor zero = Tensor.scalar(0).to(x.backend());
    Tensor by = Tensor.where(max.abs().eq(Float.POSITIVE_INFINITY), zero, max);
    Tensor sum = Gradients.reduce(ReductionKernels.Kind.SUM, x.sub(by).exp(), reduced);
    Tensor out = sum.log().add(by);
    node.save(out);
    return out.viewAs(Layout.rowMajor(node.outputShape()));
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Tensor out = node.saved(0);
    Tensor softmax = node.input(0).sub(out).exp();
    return new Tensor[] {softmax.mul(gradOutput.reshape(out.shape()))};
  }
}
