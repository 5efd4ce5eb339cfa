package dev.graft.nn;

import dev.graft.backend.Buffer;
import dev.graft.op.Node;
import dev.graft.op.Watcher;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * What a network does with an input of a given shape, layer by layer, found by running it once in
 * eval mode: {@code System.out.println(Summary.of(ResNet.of(18, 1000, Rng.of(1)), 1, 3, 224,
 * 224))}. A row holds what its layer has and does itself, outside its children, so that the rows
 * add up to the totals. The network stays as it was, its modes and running statistics included.
 */
public final class Summary {
  private final String model;
  private final Shape input;
  private final List<Row> rows;

  private Summary(String model, Shape input, List<Row> rows) {
    this.model = model;
    this.input = input;
    this.rows = List.copyOf(rows);
  }

  /**
   * One call of a layer.
   *
   * @param path the layer's path; empty for the network itself
   * @param name its name in the layer around it
   * @param type its class's name
   * @param depth how many layers are around it
   * @param output the shape of its result; null for a layer that has parameters and was not run
   * @param parameters the number of values in its own parameters; 0 in all calls but the first
   * @param trainable how many of them are not frozen
   * @param multiplyAdds in its own matrix products and convolutions; biases are not counted
   * @param activationBytes the memory of the results of its own operations; views take none
   */
  public record Row(
      String path,
      String name,
      String type,
      int depth,
      Shape output,
      long parameters,
      long trainable,
      long multiplyAdds,
      long activationBytes) {}

  /**
   * The summary for inputs of a shape.
   *
   * @throws dev.graft.tensor.ShapeException if the network does not take it
   */
  public static Summary of(Layer model, int... inputShape) {
    return of(model, Tensor.zeros(inputShape));
  }

  /** The summary for inputs of a shape. */
  public static Summary of(Layer model, Shape inputShape) {
    return of(model, inputShape.toArray());
  }

  /** The summary for this very input, where zeros would not do. */
  public static Summary of(Layer model, Tensor input) {
    Recorder recorder = new Recorder();
    Autograd.noGrad(
        () -> model.inEvalMode(() -> Watcher.watch(recorder, () -> model.apply(input))));
    recorder.addUnused(model, 0);
    String details = model.describe();
    String name = model.getClass().getSimpleName() + (details.isEmpty() ? "" : "(" + details + ")");
    return new Summary(name, input.shape(), recorder.calls.stream().map(Call::row).toList());
  }

  /** A row while it is filled in. */
  private static final class Call {
    final Layer layer;
    final int depth;
    final boolean first;
    Shape output;
    long multiplyAdds;
    long bytes;

    Call(Layer layer, int depth, boolean first) {
      this.layer = layer;
      this.depth = depth;
      this.first = first;
    }

    Row row() {
      long parameters = layer.numParameters();
      long trainable = layer.numTrainable();
      for (Layer child : layer.children().values()) {
        parameters -= child.numParameters();
        trainable -= child.numTrainable();
      }
      String path = layer.path();
      return new Row(
          path,
          path.substring(path.lastIndexOf('.') + 1),
          layer.getClass().getSimpleName(),
          depth,
          output,
          first ? parameters : 0,
          first ? trainable : 0,
          multiplyAdds,
          bytes);
    }
  }

  private static final class Recorder extends Watcher {
    final List<Call> calls = new ArrayList<>();
    private final Deque<Call> open = new ArrayDeque<>();
    private final Set<Layer> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    @Override
    public void entered(Place place) {
      Layer layer = (Layer) place;
      Call call = new Call(layer, open.size(), seen.add(layer));
      calls.add(call);
      open.push(call);
    }

    @Override
    public void left(Place place, Tensor result) {
      Call call = open.pop();
      call.output = result == null ? null : result.shape();
    }

    @Override
    public void applied(Node node, Tensor[] inputs, Tensor result) {
      Call call = open.peek();
      call.multiplyAdds += node.multiplyAdds();
      Buffer buffer = result.view().buffer();
      boolean view = false;
      for (Tensor input : inputs) {
        view |= input.view().buffer() == buffer;
      }
      call.bytes += view ? 0 : (long) Float.BYTES * result.numel();
    }

    /** Layers that hold parameters and never ran: their rows complete the sum. */
    void addUnused(Layer layer, int depth) {
      if (!seen.contains(layer)) {
        Call call = new Call(layer, depth, true);
        if (call.row().parameters() > 0) {
          calls.add(call);
        }
      }
      layer.children().values().forEach(child -> addUnused(child, depth + 1));
    }
  }

  // ---- results

  /**
   * One row a call, in the order of the calls; layers with parameters that never ran at the end.
   */
  public List<Row> rows() {
    return rows;
  }

  /** The number of values in all parameters. */
  public long parameters() {
    return rows.stream().mapToLong(Row::parameters).sum();
  }

  /** The number of values in the parameters that are not frozen. */
  public long trainable() {
    return rows.stream().mapToLong(Row::trainable).sum();
  }

  /** Multiply-adds in matrix products and convolutions of one forward pass. */
  public long multiplyAdds() {
    return rows.stream().mapToLong(Row::multiplyAdds).sum();
  }

  /** The memory of all operations' results in one forward pass, in bytes. */
  public long activationBytes() {
    return rows.stream().mapToLong(Row::activationBytes).sum();
  }

  /** The totals in one line, then the table. */
  @Override
  public String toString() {
    return SummaryTable.format(this, model, input);
  }
}
