package dev.graft.plan;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** A graph in the making: what became of each value of the old one. */
final class Rewriter {
  private final Graph graph;
  private final Map<Graph.Value, Graph.Value> now = new IdentityHashMap<>();
  private final List<Graph.Call> calls = new ArrayList<>();

  Rewriter(Graph graph) {
    this.graph = graph;
  }

  /** What a value of the old graph is in the new one. */
  Graph.Value of(Graph.Value old) {
    return now.getOrDefault(old, old);
  }

  List<Graph.Value> of(List<Graph.Value> old) {
    return old.stream().map(this::of).toList();
  }

  /** The old call stays as it is, on what became of its inputs. */
  void keep(Graph.Call old) {
    List<Graph.Value> inputs = of(old.inputs());
    replace(old, inputs.equals(old.inputs()) ? old : old.with(inputs));
  }

  /** Another call takes the old one's place. */
  void replace(Graph.Call old, Graph.Call by) {
    calls.add(by);
    now.put(old, by);
  }

  /** The old call's result is a value that is there already. */
  void remove(Graph.Call old, Graph.Value same) {
    now.put(old, same);
  }

  Graph result() {
    return new Graph(graph.input(), calls, of(graph.output()), graph.backend());
  }
}
