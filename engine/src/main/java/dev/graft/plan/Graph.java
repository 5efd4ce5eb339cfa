package dev.graft.plan;

import dev.graft.backend.Backend;
import dev.graft.backend.Buffer;
import dev.graft.backend.View;
import dev.graft.op.Op;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a forward pass computes: values, each the input, a constant or the result of an operation.
 * Immutable. {@link Tracer#trace} makes one; passes make others of it; {@code
 * System.out.println(graph)} lists it.
 */
public final class Graph {
  private final Input input;
  private final List<Call> calls;
  private final Value output;
  private final Backend backend;

  /**
   * A graph.
   *
   * @param calls in an order in which they can be computed
   * @param output the input, a constant, or one of the calls
   */
  Graph(Input input, List<Call> calls, Value output, Backend backend) {
    this.input = input;
    this.calls = List.copyOf(calls);
    this.output = output;
    this.backend = backend;
  }

  /** Something with a shape; equal only to itself. */
  public sealed interface Value permits Input, Constant, Call {
    Shape shape();
  }

  /** What the forward pass is given. */
  public static final class Input implements Value {
    private final Shape shape;

    Input(Shape shape) {
      this.shape = shape;
    }

    @Override
    public Shape shape() {
      return shape;
    }

    @Override
    public String toString() {
      return "the input " + shape;
    }
  }

  /** A tensor that does not depend on the input: a weight, a running statistic, a number. */
  public static final class Constant implements Value {
    private final Tensor tensor;
    private final Buffer buffer;
    private final int changes;
    private final double[] scale;

    Constant(Tensor tensor) {
      this(tensor, null);
    }

    /**
     * A tensor each of whose rows is to be multiplied by a number. Nothing is computed before it is
     * asked for, so that the folded weights of a whole network never lie in memory at one time.
     */
    Constant(Tensor tensor, double[] scale) {
      this.tensor = tensor;
      this.buffer = tensor.view().buffer();
      this.changes = buffer.changes();
      this.scale = scale;
    }

    /**
     * The tensor itself: for a parameter the very one that the layer holds. One whose rows are to
     * be multiplied is made by this call.
     */
    public Tensor tensor() {
      if (scale == null) {
        return tensor;
      }
      float[] scaled = tensor.toArray();
      multiplyRows(scaled, 0, scaled, 0);
      View made = new View(tensor.backend().wrap(scaled), Layout.rowMajor(shape()));
      return Tensor.of(made);
    }

    /** The tensor without the multiplication. */
    Tensor unscaled() {
      return tensor;
    }

    /** By what each of its rows is to be multiplied; null if by nothing. */
    double[] scale() {
      return scale;
    }

    private void multiplyRows(float[] from, int at, float[] to, int start) {
      int each = shape().numel() / Math.max(1, scale.length);
      for (int row = 0; row < scale.length; row++) {
        multiply(scale[row], from, at + row * each, to, start + row * each, each);
      }
    }

    private static void multiply(double by, float[] from, int at, float[] to, int start, int n) {
      for (int i = 0; i < n; i++) {
        to[start + i] = (float) (from[at + i] * by);
      }
    }

    /** False once the tensor has been overwritten, or has got other memory. */
    boolean isCurrent() {
      return tensor.view().buffer() == buffer && buffer.changes() == changes;
    }

    @Override
    public Shape shape() {
      return tensor.shape();
    }

    @Override
    public String toString() {
      return "constant " + shape();
    }
  }

  /** What is done to an operation's result before it is written; in this order. */
  public record Epilogue(boolean residual, boolean relu) {
    /** Nothing: what a traced graph has. */
    public static final Epilogue NONE = new Epilogue(false, false);
  }

  /** An operation applied to values. */
  public static final class Call implements Value {
    private final Op op;
    private final List<Value> inputs;
    private final Epilogue epilogue;
    private final Shape shape;
    private final String path;

    Call(Op op, List<? extends Value> inputs, Epilogue epilogue, Shape shape, String path) {
      this.op = op;
      this.inputs = List.copyOf(inputs);
      this.epilogue = epilogue;
      this.shape = shape;
      this.path = path;
    }

    /** The operation and its configuration. */
    public Op op() {
      return op;
    }

    /** The operation's inputs in its order; last of all the residual, where there is one. */
    public List<Value> inputs() {
      return inputs;
    }

    public Value input(int i) {
      return inputs.get(i);
    }

    /** How many inputs the operation itself has. */
    public int arity() {
      return inputs.size() - (epilogue.residual() ? 1 : 0);
    }

    public Epilogue epilogue() {
      return epilogue;
    }

    /** What is added to the result, or null. */
    public Value residual() {
      return epilogue.residual() ? inputs.getLast() : null;
    }

    @Override
    public Shape shape() {
      return shape;
    }

    /** The layer that applied it: {@code layer1.0.conv1}; empty outside all layers. */
    public String path() {
      return path;
    }

    /** How many multiply-adds its products or convolution make. */
    public long multiplyAdds() {
      Shape[] shapes = inputs.stream().map(Value::shape).toArray(Shape[]::new);
      return op.multiplyAdds(shapes, shape);
    }

    /** The same with other inputs. */
    Call with(List<? extends Value> other) {
      return new Call(op, other, epilogue, shape, path);
    }

    @Override
    public String toString() {
      return op.name() + (path.isEmpty() ? "" : " \"" + path + "\"") + " " + shape;
    }
  }

  public Input input() {
    return input;
  }

  /** Every operation, each after those that it needs. */
  public List<Call> calls() {
    return calls;
  }

  public Value output() {
    return output;
  }

  /** The backend on which the pass was traced. */
  public Backend backend() {
    return backend;
  }

  /** How many calls read each call's result; being the graph's output counts as one. */
  Map<Value, Integer> uses() {
    Map<Value, Integer> uses = new IdentityHashMap<>();
    calls.forEach(call -> call.inputs().forEach(v -> uses.merge(v, 1, Integer::sum)));
    uses.merge(output, 1, Integer::sum);
    return uses;
  }

  /** One line an operation: {@code %3 = relu(%2) [1, 64, 56, 56] "layer1.0"}. */
  @Override
  public String toString() {
    Map<Value, String> names = new IdentityHashMap<>();
    names.put(input, "input");
    List<String> lines = new ArrayList<>(List.of("input " + input.shape()));
    for (Call call : calls) {
      String inputs =
          call.inputs().stream()
              .map(v -> names.getOrDefault(v, "constant" + v.shape()))
              .collect(Collectors.joining(", "));
      names.put(call, "%" + lines.size());
      lines.add(
          names.get(call)
              + " = "
              + call.op().name()
              + (call.epilogue().residual() ? " + residual" : "")
              + (call.epilogue().relu() ? " + relu" : "")
              + "("
              + inputs
              + ") "
              + call.shape()
              + (call.path().isEmpty() ? "" : " \"" + call.path() + "\""));
    }
    lines.add("output " + names.getOrDefault(output, "constant" + output.shape()));
    return String.join("\n", lines);
  }
}
