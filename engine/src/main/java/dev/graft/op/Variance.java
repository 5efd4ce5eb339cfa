package dev.graft.op;

import dev.graft.backend.ReductionKernels;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** Variance over dimensions (none given: over all), in two passes. */
public record Variance(List<Integer> dims, boolean unbiased, boolean keepDim) implements Op {
  public Variance(int[] dims, boolean unbiased, boolean keepDim) {
    this(Arrays.stream(dims).boxed().toList(), unbiased, keepDim);
  }

  @Override
  public String name() {
    return "var";
  }

  private boolean[] reduced(Shape x) {
    return Dims.reduced(name(), x, dims.stream().mapToInt(Integer::intValue).toArray());
  }

  private float divisor(Shape x) {
    int count = Dims.count(x, reduced(x));
    return unbiased ? count - 1 : count;
  }

  @Override
  public Shape outputShape(Shape... in) {
    return Dims.result(in[0], reduced(in[0]), keepDim);
  }

  @Override
  public Tensor forward(Node node) {
    Tensor x = node.input(0);
    boolean[] reduced = reduced(x.shape());
    Tensor sum = Gradients.reduce(ReductionKernels.Kind.SUM, x, reduced);
    Tensor deviation = x.sub(sum.div(Dims.count(x.shape(), reduced)));
    node.saveOwn(deviation);
    Tensor squares = Gradients.reduce(ReductionKernels.Kind.SUM, deviation.square(), reduced);
    return squares.div(divisor(x.shape())).viewAs(Layout.rowMajor(node.outputShape()));
  }

  @Override
  public Tensor[] backward(Node node, Tensor gradOutput) {
    Shape x = node.inputShape(0);
    Tensor deviation = node.saved(0);
    Tensor grad = gradOutput.reshape(Dims.result(x, reduced(x), true)).mul(2 / divisor(x));
    return new Tensor[] {deviation.mul(grad)};
  }

  @Override
  public boolean keepsInput(int i) {
    return false;
  }
}
