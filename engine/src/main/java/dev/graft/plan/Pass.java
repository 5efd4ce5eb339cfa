package dev.graft.plan;

import java.util.List;

/** One rewriting of a graph into another that computes the same. */
interface Pass {
  Graph apply(Graph graph);

  /** What a plan does before it lays out steps, in order. */
  List<Pass> ALL =
      List.of(
          new RemoveIdentities(),
          new FoldBatchNorm(),
          new RemoveUnused(),
          new FuseEpilogues(),
          new RemoveUnused());

  /** The graph after all of them. */
  static Graph all(Graph graph) {
    Graph rewritten = graph;
    for (Pass pass : ALL) {
      rewritten = pass.apply(rewritten);
    }
    return rewritten;
  }
}
