package dev.graft.plan;

import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.op.BatchNorm;
import dev.graft.op.BatchNormRelu;
import dev.graft.op.Contiguous;
import dev.graft.op.Dropout;
import dev.graft.op.Node;
import dev.graft.op.Op;
import dev.graft.op.StepScope;
import dev.graft.op.Watcher;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Makes a {@link Graph} of a forward pass by running it once on a tensor without values: operations
 * are noted and not computed, unless all their inputs are constants. So a trace takes microseconds,
 * and a pass that would have to know a value is refused where it asks for it.
 */
public final class Tracer extends Watcher {
  private final Backend backend;
  private final Graph.Input input;
  private final Map<Tensor, Graph.Value> known = new IdentityHashMap<>();
  private final List<Graph.Call> calls = new ArrayList<>();
  private final Deque<Place> places = new ArrayDeque<>();

  private Tracer(Shape shape, Backend backend) {
    this.backend = backend;
    this.input = new Graph.Input(shape);
  }

  /**
   * The graph of {@code forward} for inputs of a shape, on the CPU: {@code Tracer.trace(net::apply,
   * Shape.of(1, 3, 224, 224))}.
   *
   * @throws UntraceableException if forward reads values that depend on the input, draws random
   *     numbers (dropout in training mode), or changes running statistics (batch norm in training
   *     mode)
   */
  public static Graph trace(UnaryOperator<Tensor> forward, Shape input) {
    return trace(forward, input, Backends.cpu());
  }

  /** As {@link #trace(UnaryOperator, Shape)}, on another backend, where the weights lie. */
  public static Graph trace(UnaryOperator<Tensor> forward, Shape input, Backend backend) {
    Graph graph = once(forward, input, backend);
    Graph again = once(forward, input, backend);
    String difference = SameGraph.difference(graph, again);
    if (difference != null) {
      throw UntraceableException.at(
          "",
          "forward is not the same twice: "
              + difference
              + "; a plan would freeze what changes, such as random numbers");
    }
    return graph;
  }

  /** One trace, which tells nothing about whether the next would be the same. */
  static Graph once(UnaryOperator<Tensor> forward, Shape shape, Backend backend) {
    Tracer tracer = new Tracer(shape, backend);
    Tensor x = new Phantom(tracer, tracer.input, Layout.rowMajor(shape), backend).tensor();
    Tensor y =
        StepScope.outside(
            () -> Autograd.noGrad(() -> Watcher.watchAlone(tracer, () -> forward.apply(x))));
    return new Graph(tracer.input, tracer.calls, tracer.value(y), backend);
  }

  @Override
  public void entered(Place place) {
    places.push(place);
  }

  @Override
  public void left(Place place, Tensor result) {
    places.pop();
  }

  UntraceableException refuse(String text) {
    return UntraceableException.at(path(), text);
  }

  private String path() {
    return places.isEmpty() ? "" : places.peek().path();
  }

  /** A result without values where an input has none; constants are computed as usual. */
  @Override
  public Tensor instead(Node node, Tensor[] inputs) {
    check(node.op());
    boolean constant = Arrays.stream(inputs).allMatch(t -> value(t) instanceof Graph.Constant);
    if (constant) {
      return null;
    }
    Graph.Call call = call(node, inputs);
    calls.add(call);
    boolean channelsLast = node.op() instanceof Contiguous c && c.channelsLast();
    Shape shape = node.outputShape();
    Layout layout = channelsLast ? Layout.channelsLast(shape) : Layout.rowMajor(shape);
    return new Phantom(this, call, layout, backend).tensor();
  }

  private Graph.Call call(Node node, Tensor[] inputs) {
    List<Graph.Value> values = Arrays.stream(inputs).map(this::value).toList();
    return new Graph.Call(node.op(), values, Graph.Epilogue.NONE, node.outputShape(), path());
  }

  private void check(Op op) {
    if (op instanceof Dropout d && d.p() > 0) {
      throw refuse(
          op.name() + " draws random numbers: p " + d.p() + "; call eval() before making a plan");
    }
    if (op instanceof BatchNormRelu || op instanceof BatchNorm b && b.training()) {
      throw refuse(
          "batch_norm is in training mode: it takes each batch's own statistics;"
              + " call eval() before making a plan");
    }
  }

  private Graph.Value value(Tensor t) {
    return t.view().buffer() instanceof Phantom phantom
        ? phantom.value(t, this)
        : known.computeIfAbsent(t, Graph.Constant::new);
  }
}
