package dev.graft.golden;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.tensor.Layout;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import dev.graft.testing.SharedData;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One row of the manifest of reference values, with the tensors that belong to it. */
final class GoldenCase {
  /** How the inputs lie in memory: the values must not depend on it. */
  enum Memory {
    ROW_MAJOR,
    CHANNELS_LAST,
    STRIDED
  }

  final JsonObject row;
  private final StateDict tensors;
  private final Backend backend;
  private final Memory memory;
  private final Map<String, Tensor> inputs = new HashMap<>();

  private GoldenCase(JsonObject row, StateDict tensors, Backend backend, Memory memory) {
    this.row = row;
    this.tensors = tensors;
    this.backend = backend;
    this.memory = memory;
  }

  static List<GoldenCase> all() throws IOException {
    return all(Backends.cpu());
  }

  /** The cases with their inputs on that backend. */
  static List<GoldenCase> all(Backend backend) throws IOException {
    StateDict tensors = Weights.load(SharedData.golden("cases.safetensors"));
    String manifest = Files.readString(SharedData.golden("manifest.json"));
    List<GoldenCase> cases = new ArrayList<>();
    for (JsonElement row : JsonParser.parseString(manifest).getAsJsonArray()) {
      cases.add(new GoldenCase(row.getAsJsonObject(), tensors, backend, Memory.ROW_MAJOR));
    }
    return cases;
  }

  /** The same case with other inputs' memory order. */
  GoldenCase in(Memory order) {
    return new GoldenCase(row, tensors, backend, order);
  }

  boolean hasImages() {
    return names("inputs").stream().anyMatch(n -> expected(n).rank() == 4);
  }

  String id() {
    return row.get("id").getAsString();
  }

  String op() {
    return row.get("op").getAsString();
  }

  JsonObject attrs() {
    return row.getAsJsonObject("attrs");
  }

  int integer(String name) {
    return attrs().get(name).getAsInt();
  }

  float number(String name) {
    return attrs().get(name).getAsFloat();
  }

  boolean flag(String name) {
    return attrs().has(name) && attrs().get(name).getAsBoolean();
  }

  String text(String name) {
    return attrs().get(name).getAsString();
  }

  int[] integers(String name) {
    return attrs().getAsJsonArray(name).asList().stream().mapToInt(JsonElement::getAsInt).toArray();
  }

  List<String> names(String field) {
    return row.getAsJsonArray(field).asList().stream().map(JsonElement::getAsString).toList();
  }

  boolean has(String tensor) {
    return tensors.contains(id() + "." + tensor);
  }

  /** A stored tensor. */
  Tensor expected(String name) {
    return tensors.get(id() + "." + name);
  }

  /** A stored tensor as an input: on the backend under test, with a gradient if it has one. */
  Tensor input(String name) {
    return inputs.computeIfAbsent(
        name,
        n -> {
          Tensor t = placed(expected(n).to(backend));
          return names("inputs").contains(n) ? t.requireGrad() : t;
        });
  }

  private Tensor placed(Tensor t) {
    return switch (memory) {
      case ROW_MAJOR -> t.copy(Layout.rowMajor(t.shape()));
      case CHANNELS_LAST -> t.copy(Layout.channelsLast(t.shape()));
      case STRIDED -> t.rank() < 2 ? t.copy(t.layout()) : inside(t);
    };
  }

  /** The tensor as every second row and a middle part of the columns of a larger one. */
  private static Tensor inside(Tensor t) {
    Tensor padded = t.pad(1, 2, 0, 0);
    Tensor twice = Tensor.stack(-1, padded.transpose(-2, -1), padded.transpose(-2, -1));
    int last = twice.rank() - 1;
    Tensor columns = twice.slice(last - 2, 1, 1 + t.dim(-1)).select(last, 1);
    return columns.transpose(-2, -1).detach();
  }

  int[] indices(String name) {
    float[] values = expected(name).toArray();
    int[] result = new int[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (int) values[i];
    }
    return result;
  }

  Tensor grad(String input) {
    return inputs.get(input).grad();
  }

  @Override
  public String toString() {
    return id() + " " + op() + " " + attrs() + (memory == Memory.ROW_MAJOR ? "" : " " + memory);
  }
}
