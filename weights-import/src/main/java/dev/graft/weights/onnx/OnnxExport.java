package dev.graft.weights.onnx;

import dev.graft.plan.Graph;
import dev.graft.plan.Tracer;
import dev.graft.tensor.Shape;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Writes what a network computes as an ONNX file (opset 13; {@link OnnxModel#OPSET}), which ONNX
 * Runtime and others run: one input, "input", and one output, "output". Put the network in eval
 * mode first. Weights keep the state dict's names, nodes those of the layers that they come from.
 *
 * <pre>{@code
 * net.eval();
 * OnnxExport.of(net::apply, Shape.of(1, 3, 224, 224))
 *     .withNames(net.stateDict())
 *     .withDynamicBatch()
 *     .write(Path.of("resnet50.onnx"));
 * }</pre>
 */
public final class OnnxExport {
  private final UnaryOperator<Tensor> forward;
  private final Shape input;
  private final StateDict names;
  private final boolean dynamicBatch;

  private OnnxExport(
      UnaryOperator<Tensor> forward, Shape input, StateDict names, boolean dynamicBatch) {
    this.forward = forward;
    this.input = input;
    this.names = names;
    this.dynamicBatch = dynamicBatch;
  }

  /** The forward pass for inputs of one shape. */
  public static OnnxExport of(UnaryOperator<Tensor> forward, Shape input) {
    return new OnnxExport(forward, input, new StateDict(), false);
  }

  /** With these names for the weights: {@code net.stateDict()}. */
  public OnnxExport withNames(StateDict state) {
    return new OnnxExport(forward, input, state, dynamicBatch);
  }

  /** Leaves the first dimension of input and output open. */
  public OnnxExport withDynamicBatch() {
    return new OnnxExport(forward, input, names, true);
  }

  /**
   * The model, for {@link OnnxModel#write} or {@link OnnxModel#toBytes}.
   *
   * @throws dev.graft.plan.UntraceableException if forward is in training mode, or reads values
   * @throws IllegalArgumentException if an operation has no counterpart in ONNX, or a batch that
   *     stays open is not possible; the message names the operation and its layer
   */
  public OnnxModel model() {
    Graph graph = Tracer.trace(forward, input);
    Graph larger = dynamicBatch ? Tracer.trace(forward, input.with(0, input.dim(0) + 1)) : graph;
    Sizes sizes = new Sizes(graph, larger);
    Nodes nodes = new Nodes(constants(), sizes);
    nodes.name(graph.input(), "input");
    for (Graph.Call call : graph.calls()) {
      nodes.begin(call);
      nodes.name(call, Operators.convert(call, nodes));
    }
    return nodes.model(
        "graft", sizes.of(graph.input()), nodes.value(graph.output()), sizes.of(graph.output()));
  }

  private Map<Tensor, String> constants() {
    Map<Tensor, String> byTensor = new IdentityHashMap<>();
    names.tensors().forEach((name, tensor) -> byTensor.put(tensor, name));
    return byTensor;
  }

  /**
   * Writes the file: beside its place under another name, and moved there when it is whole.
   *
   * @throws IOException if it cannot be written
   * @throws IllegalArgumentException as {@link #model()}
   */
  public void write(Path path) throws IOException {
    model().write(path);
  }

  /** The sizes of a graph's values; those that go with the batch are {@link OnnxModel#BATCH}. */
  static final class Sizes {
    private final Map<Graph.Value, Shape> larger = new IdentityHashMap<>();

    Sizes(Graph graph, Graph other) {
      List<Graph.Call> calls = graph.calls();
      if (other.calls().size() != calls.size()) {
        throw new IllegalArgumentException(
            "onnx: forward does other operations for another batch; leave the batch fixed");
      }
      larger.put(graph.input(), other.input().shape());
      for (int i = 0; i < calls.size(); i++) {
        larger.put(calls.get(i), other.calls().get(i).shape());
      }
    }

    int[] of(Graph.Value value) {
      int[] dims = value.shape().toArray();
      Shape other = larger.getOrDefault(value, value.shape());
      for (int i = 0; i < dims.length; i++) {
        if (dims[i] != other.dim(i)) {
          dims[i] = OnnxModel.BATCH;
        }
      }
      return dims;
    }
  }
}
