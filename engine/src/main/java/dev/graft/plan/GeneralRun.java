package dev.graft.plan;

import dev.graft.backend.Buffer;
import dev.graft.backend.View;
import dev.graft.op.Node;
import dev.graft.op.Op;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;

/** A step for every operation: applies it to tensors over the arena and copies what it gives. */
final class GeneralRun implements Runnable {
  private final Op op;
  private final boolean relu;
  private final Tensor[] operands;
  private final Tensor residual;
  private final View out;

  GeneralRun(Op op, int arity, Graph.Epilogue epilogue, List<View> inputs, View out) {
    this.op = op;
    this.relu = epilogue.relu();
    this.operands = inputs.subList(0, arity).stream().map(Tensor::of).toArray(Tensor[]::new);
    this.residual = epilogue.residual() ? Tensor.of(inputs.getLast()) : null;
    this.out = out;
  }

  @Override
  public void run() {
    Tensor result = Autograd.noGrad(this::compute);
    if (result.numel() > 0) {
      result.backend().copies().copy(result.view(), out);
    }
    // What is no view of an operand is the operation's own, and nobody else has seen it.
    Buffer buffer = result.view().buffer();
    if (Arrays.stream(operands).noneMatch(t -> t.view().buffer() == buffer)) {
      result.backend().release(buffer);
    }
  }

  private Tensor compute() {
    Tensor y = Node.apply(op, operands);
    y = residual == null ? y : y.add(residual);
    return relu ? y.relu() : y;
  }
}
