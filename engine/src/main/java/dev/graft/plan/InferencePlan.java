package dev.graft.plan;

import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A forward pass made ready for one shape of input: batch norm folded into weights, additions and
 * ReLUs fused, weights packed, memory planned. Gives what the forward pass gives, to rounding; the
 * same bits for every number of threads. The weights' values are those of the moment in which it
 * was made: {@link PlannedForward} follows them.
 *
 * <pre>{@code
 * InferencePlan plan = InferencePlan.of(net.eval()::apply, Shape.of(1, 3, 224, 224));
 * Tensor logits = plan.run(image);
 * System.out.println(plan.profile(image, 20));
 * }</pre>
 *
 * <p>Any number of threads may run one plan at once; each takes an arena of its own, which is kept
 * for later runs. What networks are mostly made of allocates nothing in a run but the result; an
 * operation that has no step of its own runs as outside of plans, and the table says {@code
 * operation}.
 */
public final class InferencePlan {
  private final Shape input;
  private final Backend backend;
  private final Lowering.Result plan;
  private final int parts;
  private final Deque<Arena> arenas = new ArrayDeque<>();
  private volatile Timing timing;

  /** Medians of each part in milliseconds, the input first, and of the whole. */
  record Timing(double[] ms, double total, int runs, String machine) {}

  private InferencePlan(Graph graph) {
    this.input = graph.input().shape();
    this.backend = graph.backend();
    backend.expectWork();
    Graph part = BatchParts.of(Pass.all(graph));
    this.plan = Lowering.of(part);
    this.parts =
        part.input().shape().equals(input) ? 1 : input.dim(0) / part.input().shape().dim(0);
  }

  /**
   * The plan of a forward pass for inputs of a shape, on the CPU.
   *
   * @throws UntraceableException if forward reads values that depend on the input, draws random
   *     numbers or is in training mode; see {@link Tracer#trace}
   * @throws ShapeException if forward does not take that shape
   */
  public static InferencePlan of(UnaryOperator<Tensor> forward, Shape input) {
    return of(forward, input, Backends.cpu());
  }

  /** As {@link #of(UnaryOperator, Shape)}, on another backend, where the weights lie. */
  public static InferencePlan of(UnaryOperator<Tensor> forward, Shape input, Backend backend) {
    return of(Tracer.trace(forward, input, backend));
  }

  /** The plan of a graph. */
  public static InferencePlan of(Graph graph) {
    return new InferencePlan(graph);
  }

  /**
   * The forward pass on x, which has the plan's shape and any layout.
   *
   * @throws ShapeException if x has another shape
   */
  public Tensor run(Tensor x) {
    check(x);
    Arena arena = take();
    try {
      View result = arena.output();
      Layout layout = Layout.dense(outputShape(), result.layout());
      View out = backend.allocate(layout);
      for (int i = 0; i < parts; i++) {
        arena.compute(part(x.view(), i));
        backend.bound().copy(result, part(out, i)).run();
      }
      return Tensor.of(out);
    } finally {
      giveBack(arena);
    }
  }

  /**
   * As {@link #run(Tensor)}, into an array of the caller's, in row-major order: allocates nothing
   * where the result lies row-major, as logits and features do.
   *
   * @throws ShapeException if x has another shape, or out another length than the result
   */
  public void run(Tensor x, float[] out) {
    check(x);
    if (out.length != outputShape().numel()) {
      throw ShapeException.of(
          "plan: the result %s has %d values, the array %d",
          outputShape(), outputShape().numel(), out.length);
    }
    Arena arena = take();
    try {
      for (int i = 0; i < parts; i++) {
        arena.compute(part(x.view(), i));
        arena.read(out, i * (out.length / parts), backend);
      }
    } finally {
      giveBack(arena);
    }
  }

  /** One part's examples. */
  private View part(View all, int i) {
    if (parts == 1) {
      return all;
    }
    int size = all.dim(0) / parts;
    return all.with(all.layout().slice(0, i * size, (i + 1) * size, 1));
  }

  private void check(Tensor x) {
    if (!x.shape().equals(input)) {
      throw ShapeException.of(
          "plan: input %s, the plan was made for %s; make one for each shape", x.shape(), input);
    }
    if (x.backend() != backend) {
      throw new IllegalArgumentException(
          "plan: the input lies on "
              + x.backend().name()
              + ", the plan on "
              + backend.name()
              + "; move it with to(…)");
    }
  }

  private Arena take() {
    synchronized (arenas) {
      Arena arena = arenas.poll();
      if (arena != null) {
        return arena;
      }
    }
    return new Arena(plan, backend);
  }

  private void giveBack(Arena arena) {
    synchronized (arenas) {
      if (arenas.size() < Runtime.getRuntime().availableProcessors()) {
        arenas.push(arena);
      }
    }
  }

  /**
   * Runs the plan that many times after a first one, and keeps the median time of each step for
   * {@link #toString}; returns this.
   *
   * @throws IllegalArgumentException if runs is below 1
   */
  public InferencePlan profile(Tensor x, int runs) {
    check(x);
    if (runs < 1) {
      throw new IllegalArgumentException("plan: profile needs at least 1 run: " + runs);
    }
    Arena arena = take();
    try {
      arena.compute(part(x.view(), 0));
      int steps = plan.steps().size() + 1;
      double[][] ms = new double[steps][runs];
      double[] totals = new double[runs];
      long[] nanos = new long[steps];
      for (int r = 0; r < runs; r++) {
        Arrays.fill(nanos, 0);
        for (int i = 0; i < parts; i++) {
          arena.compute(part(x.view(), i), nanos);
        }
        for (int i = 0; i < steps; i++) {
          ms[i][r] = nanos[i] / 1e6;
          totals[r] += ms[i][r];
        }
      }
      double[] medians = Arrays.stream(ms).mapToDouble(InferencePlan::median).toArray();
      timing = new Timing(medians, median(totals), runs, backend.name());
      return this;
    } finally {
      giveBack(arena);
    }
  }

  private static double median(double[] values) {
    Arrays.sort(values);
    int middle = values.length / 2;
    return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  }

  // ---- looking at it

  public Shape inputShape() {
    return input;
  }

  public Shape outputShape() {
    Shape part = plan.output().layout().shape();
    return parts == 1 ? part : part.with(0, input.dim(0));
  }

  /**
   * One step of a plan, over the whole batch.
   *
   * @param name the operation with what is fused into it: {@code conv2d + residual + relu}
   * @param path the layer that applied it; empty where none did
   * @param shape its result's shape
   * @param algorithm how it is computed
   * @param multiplyAdds in its products or convolution
   * @param bytes what it reads and writes at least, packed weights included
   * @param ms its median time in the last {@link #profile}; NaN before any
   */
  public record Row(
      String name,
      String path,
      Shape shape,
      String algorithm,
      long multiplyAdds,
      long bytes,
      double ms) {}

  /** The steps in order; taking the input in is the first. */
  public List<Row> steps() {
    return PlanTable.rows(input, plan, parts, timing);
  }

  /**
   * How many parts of the batch are computed one after the other, so that what they pass from step
   * to step stays in the caches.
   */
  public int parts() {
    return parts;
  }

  /** Memory that each run at one time takes besides weights, input and result, in bytes. */
  public long arenaBytes() {
    return (long) plan.arena() * Float.BYTES;
  }

  /** The steps as a table, with the times of the last {@link #profile}. */
  @Override
  public String toString() {
    return PlanTable.format(this, backend, timing);
  }
}
