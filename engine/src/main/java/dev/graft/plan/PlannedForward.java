package dev.graft.plan;

import dev.graft.backend.Backend;
import dev.graft.op.Watcher;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.UnaryOperator;

/**
 * A forward pass without gradients that runs by {@link InferencePlan}s, one for each shape of
 * input, made when it first comes. Gives what the forward pass would give at that moment: at every
 * call it is traced anew, which takes microseconds, and where the network is not what it was
 * (weights overwritten by load, assign or an optimiser, another layer put in, another mode) a new
 * plan is made. What cannot be traced, such as training mode, runs as it is, without a plan; so it
 * does while somebody watches the operations. A trace calls forward, so what forward does besides
 * computing, such as drawing numbers, happens once more.
 *
 * <p>{@code PlannedForward fast = new PlannedForward(net::apply); fast.apply(images)}. Any number
 * of threads may call it at once.
 */
public final class PlannedForward implements UnaryOperator<Tensor> {
  /** A full batch and the last, smaller one: each plan holds packed weights of its own. */
  private static final int PLANS = 2;

  private final UnaryOperator<Tensor> forward;
  private final Deque<Entry> entries = new ArrayDeque<>();

  private record Entry(Graph graph, InferencePlan plan) {
    boolean isFor(Shape shape, Backend backend) {
      return graph.input().shape().equals(shape) && graph.backend() == backend;
    }
  }

  public PlannedForward(UnaryOperator<Tensor> forward) {
    this.forward = forward;
  }

  /** What the forward pass gives, to rounding, without history. */
  @Override
  public Tensor apply(Tensor x) {
    InferencePlan plan = Watcher.current() == null ? plan(x.shape(), x.backend()) : null;
    return plan == null ? Autograd.noGrad(() -> forward.apply(x)) : plan.run(x);
  }

  /** The plan for a shape as things stand now, or null where there can be none. */
  private InferencePlan plan(Shape shape, Backend backend) {
    Graph now;
    try {
      now = Tracer.once(forward, shape, backend);
    } catch (UntraceableException e) {
      return null;
    }
    synchronized (entries) {
      for (Iterator<Entry> i = entries.iterator(); i.hasNext(); ) {
        Entry entry = i.next();
        if (entry.isFor(shape, backend)) {
          i.remove();
          if (SameGraph.difference(entry.graph, now) == null) {
            entries.push(entry);
            return entry.plan;
          }
          break;
        }
      }
      return made(shape, backend);
    }
  }

  private InferencePlan made(Shape shape, Backend backend) {
    try {
      Graph graph = Tracer.trace(forward, shape, backend);
      Entry entry = new Entry(graph, InferencePlan.of(graph));
      while (entries.size() >= PLANS) {
        entries.removeLast();
      }
      entries.push(entry);
      return entry.plan;
    } catch (UntraceableException e) {
      return null; // random numbers: another trace gave other constants
    }
  }
}
