package dev.graft.weights.onnx;

import dev.graft.plan.Graph;
import dev.graft.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The nodes and constants of a model under way, with names that are used once. */
final class Nodes {
  private record Node(
      String type, String output, List<String> inputs, Map<String, Object> attributes) {}

  private static final String INPUT = "input";
  private static final String OUTPUT = "output";

  private final Map<Tensor, String> weightNames;
  private final OnnxExport.Sizes sizes;
  private final Map<Graph.Value, String> values = new IdentityHashMap<>();
  private final Map<String, Tensor> constants = new LinkedHashMap<>();
  private final Map<String, long[]> integers = new LinkedHashMap<>();
  private final List<Node> nodes = new ArrayList<>();
  private final Set<String> taken = new HashSet<>(Set.of(INPUT, OUTPUT));
  private Graph.Call current;

  Nodes(Map<Tensor, String> weightNames, OnnxExport.Sizes sizes) {
    this.weightNames = weightNames;
    this.sizes = sizes;
    taken.addAll(weightNames.values());
  }

  /** What follows belongs to this call. */
  void begin(Graph.Call call) {
    current = call;
  }

  void name(Graph.Value value, String name) {
    values.put(value, name);
  }

  /** A value's name; a constant is put into the model with its first use. */
  String value(Graph.Value value) {
    return value instanceof Graph.Constant constant
        ? values.computeIfAbsent(value, v -> constant(constant.tensor()))
        : values.get(value);
  }

  /** The sizes of a value; {@link OnnxModel#BATCH} where they go with the batch. */
  int[] sizes(Graph.Value value) {
    return sizes.of(value);
  }

  private String constant(Tensor tensor) {
    String name = weightNames.get(tensor);
    String unique = name != null ? name : unique("constant");
    constants.put(unique, tensor);
    return unique;
  }

  /** A constant of one number. */
  String number(float value) {
    return constant(Tensor.scalar(value));
  }

  /** A constant of numbers, all alike. */
  String numbers(float value, int n) {
    return constant(Tensor.full(value, n));
  }

  /** A constant vector of integers. */
  String integers(long... of) {
    String name = unique("integers");
    integers.put(name, of);
    return name;
  }

  /** Adds a node under the name of the current call's layer; the name of its result. */
  String node(String type, Map<String, Object> attributes, String... inputs) {
    String path = current.path();
    String name = unique(path.isEmpty() ? type : path + "/" + type);
    nodes.add(new Node(type, name, List.of(inputs), attributes));
    return name;
  }

  String node(String type, String... inputs) {
    return node(type, Map.of(), inputs);
  }

  private String unique(String wish) {
    String name = wish;
    for (int i = 1; !taken.add(name); i++) {
      name = wish + "_" + i;
    }
    return name;
  }

  IllegalArgumentException refuse(String why) {
    String path = current.path();
    return new IllegalArgumentException(
        "onnx: %s%s: %s"
            .formatted(current.op().name(), path.isEmpty() ? "" : " \"" + path + "\"", why));
  }

  /** The whole; what bears the name {@code result} becomes the output. */
  OnnxModel model(String graphName, int[] inputDims, String result, int[] outputDims) {
    OnnxModel model = new OnnxModel(graphName);
    model.input(INPUT, inputDims).output(OUTPUT, outputDims);
    constants.forEach((n, tensor) -> model.constant(n, tensor.shape(), tensor.toArray()));
    integers.forEach(model::integers);
    boolean computed = nodes.stream().anyMatch(n -> n.output().equals(result));
    if (!computed) {
      return model.node("Identity", OUTPUT, List.of(result), OUTPUT, Map.of());
    }
    for (Node n : nodes) {
      List<String> inputs = n.inputs().stream().map(i -> i.equals(result) ? OUTPUT : i).toList();
      boolean last = n.output().equals(result);
      model.node(n.type(), n.output(), inputs, last ? OUTPUT : n.output(), n.attributes());
    }
    return model;
  }

  static long[] longs(int... values) {
    return Arrays.stream(values).asLongStream().toArray();
  }
}
