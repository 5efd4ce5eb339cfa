package dev.graft.weights;

import com.google.gson.stream.JsonWriter;
import dev.graft.tensor.StateDict;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The plan of a safetensors file that is about to be written: which tensor goes where. */
final class SafetensorsHeader {
  private final StateDict weights;
  private final Map<String, String> metadata;
  private final List<Slot> slots = new ArrayList<>();

  /** A tensor's place in the data. */
  record Slot(String name, DType dtype, int[] shape, long begin, long end) {}

  SafetensorsHeader(StateDict weights, Map<String, String> metadata, DType dtype) {
    if (dtype != DType.F32 && dtype != DType.F16) {
      throw new IllegalArgumentException(
          "safetensors: cannot write " + dtype + ": choose F32 or F16");
    }
    if (weights.contains(SafetensorsFormat.METADATA)) {
      throw new IllegalArgumentException(
          "safetensors: a tensor cannot be called " + SafetensorsFormat.METADATA);
    }
    this.weights = weights;
    this.metadata = metadata;
    List<Slot> sizes = new ArrayList<>();
    weights
        .tensors()
        .forEach((name, tensor) -> {
          DType stored = tensor.rank() == 0 ? DType.F32 : dtype;
          int[] shape = tensor.shape().toArray();
          sizes.add(new Slot(name, stored, shape, 0, (long) tensor.numel() * stored.bytes()));
        });
    sizes.sort(
        Comparator.comparingInt((Slot slot) -> -slot.dtype.bytes()).thenComparing(Slot::name));
    long begin = 0;
    for (Slot size : sizes) {
      long end = begin + size.end;
      slots.add(new Slot(size.name, size.dtype, size.shape, begin, end));
      begin = end;
    }
  }

  /** The tensors in the order in which their values lie. */
  List<Slot> slots() {
    return slots;
  }

  /** The file's beginning, up to the first tensor's values. */
  ByteBuffer bytes() throws IOException {
    Map<String, Slot> byName = new HashMap<>();
    slots.forEach(slot -> byName.put(slot.name, slot));
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.setHtmlSafe(false);
      json.beginObject();
      if (!metadata.isEmpty()) {
        json.name(SafetensorsFormat.METADATA).beginObject();
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
          json.name(entry.getKey()).value(Objects.requireNonNull(entry.getValue()));
        }
        json.endObject();
      }
      for (String name : weights.names()) {
        Slot slot = byName.get(name);
        json.name(name).beginObject();
        json.name("dtype").value(slot.dtype.name());
        json.name("shape").beginArray();
        for (int size : slot.shape) {
          json.value(size);
        }
        json.endArray();
        json.name("data_offsets").beginArray().value(slot.begin).value(slot.end).endArray();
        json.endObject();
      }
      json.endObject();
    }
    return Safetensors.framed(text.toString());
  }
}
