package dev.graft.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/** Takes out what the output does not need: dead branches, and what other passes have replaced. */
final class RemoveUnused implements Pass {
  @Override
  public Graph apply(Graph graph) {
    Set<Graph.Value> needed = Collections.newSetFromMap(new IdentityHashMap<>());
    needed.add(graph.output());
    for (Graph.Call call : graph.calls().reversed()) {
      if (needed.contains(call)) {
        needed.addAll(call.inputs());
      }
    }
    List<Graph.Call> calls = new ArrayList<>(graph.calls());
    calls.removeIf(call -> !needed.contains(call));
    return new Graph(graph.input(), calls, graph.output(), graph.backend());
  }
}
