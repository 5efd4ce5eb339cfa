package dev.graft.plan;

import dev.graft.backend.BinaryKind;
import dev.graft.backend.UnaryKind;
import dev.graft.op.Binary;
import dev.graft.op.Unary;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Additions and ReLUs whose operand nobody else reads become the last part of the step before: a
 * convolution adds its residual and clips while the tile is in registers.
 */
final class FuseEpilogues implements Pass {
  @Override
  public Graph apply(Graph graph) {
    Map<Graph.Value, Integer> uses = graph.uses();
    Rewriter rewriter = new Rewriter(graph);
    for (Graph.Call call : graph.calls()) {
      Graph.Call fused = null;
      if (call.op() instanceof Binary binary && binary.kind() == BinaryKind.ADD) {
        fused = withResidual(graph, call, uses, rewriter);
      } else if (call.op() instanceof Unary unary && unary.kind() == UnaryKind.RELU) {
        fused = withRelu(call, uses, rewriter);
      }
      if (fused == null) {
        rewriter.keep(call);
      } else {
        rewriter.replace(call, fused);
      }
    }
    return rewriter.result();
  }

  /** The later of two convolutions takes the addition: the other's result is there by then. */
  private static Graph.Call withResidual(
      Graph graph, Graph.Call add, Map<Graph.Value, Integer> uses, Rewriter rewriter) {
    Graph.Call best = null;
    Graph.Value residual = null;
    int latest = -1;
    for (int i = 0; i < 2; i++) {
      Graph.Value other = add.input(1 - i);
      int at = graph.calls().indexOf(add.input(i));
      if (uses.get(add.input(i)) == 1
          && other.shape().equals(add.shape())
          && rewriter.of(add.input(i)) instanceof Graph.Call conv
          && Fusion.isPrepared(conv)
          && conv.epilogue().equals(Graph.Epilogue.NONE)
          && conv.shape().equals(add.shape())
          && at > latest) {
        best = conv;
        residual = rewriter.of(other);
        latest = at;
      }
    }
    if (best == null) {
      return null;
    }
    List<Graph.Value> inputs = new ArrayList<>(best.inputs());
    inputs.add(residual);
    return new Graph.Call(
        best.op(), inputs, new Graph.Epilogue(true, false), best.shape(), best.path());
  }

  private static Graph.Call withRelu(
      Graph.Call relu, Map<Graph.Value, Integer> uses, Rewriter rewriter) {
    if (uses.get(relu.input(0)) != 1
        || !(rewriter.of(relu.input(0)) instanceof Graph.Call before)
        || before.epilogue().relu()
        || !Fusion.endsWithRelu(before)) {
      return null;
    }
    Graph.Epilogue epilogue = new Graph.Epilogue(before.epilogue().residual(), true);
    return new Graph.Call(before.op(), before.inputs(), epilogue, before.shape(), before.path());
  }
}
