package dev.graft.plan;

import dev.graft.op.Contiguous;
import dev.graft.op.Dropout;
import dev.graft.op.Expand;
import dev.graft.op.Permute;
import dev.graft.op.Reshape;

/**
 * Takes out operations that change no value and no shape. Orders in memory are the plan's own
 * business, so a copy into another order is one of them.
 */
final class RemoveIdentities implements Pass {
  @Override
  public Graph apply(Graph graph) {
    Rewriter rewriter = new Rewriter(graph);
    for (Graph.Call call : graph.calls()) {
      if (isIdentity(call)) {
        rewriter.remove(call, rewriter.of(call.input(0)));
      } else {
        rewriter.keep(call);
      }
    }
    return rewriter.result();
  }

  private static boolean isIdentity(Graph.Call call) {
    return switch (call.op()) {
      case Contiguous _ -> true;
      case Dropout dropout -> dropout.p() == 0;
      case Reshape _, Expand _ -> call.shape().equals(call.input(0).shape());
      case Permute permute -> keepsOrder(permute, call.shape().rank());
      default -> false;
    };
  }

  private static boolean keepsOrder(Permute permute, int rank) {
    for (int i = 0; i < rank; i++) {
      if (Math.floorMod(permute.order().get(i), rank) != i) {
        return false;
      }
    }
    return true;
  }
}
