package dev.graft.weights;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The plan of a safetensors file that is about to be written: which tensor goes where. */
final class SafetensorsHeader {
  private final List<Outgoing> tensors;
  private final Map<String, String> metadata;
  private final List<Outgoing> inFile;
  private final Map<String, Long> begins = new HashMap<>();

  /**
   * @throws IllegalArgumentException if a tensor has the name {@code __metadata__}
   */
  SafetensorsHeader(List<Outgoing> tensors, Map<String, String> metadata) {
    this.tensors = tensors;
    this.metadata = metadata;
    inFile = new ArrayList<>(tensors);
    inFile.sort(
        Comparator.comparingInt((Outgoing tensor) -> -tensor.dtype().bytes())
            .thenComparing(Outgoing::name));
    long begin = 0;
    for (Outgoing tensor : inFile) {
      if (tensor.name().equals(SafetensorsFormat.METADATA)) {
        throw new IllegalArgumentException(
            "safetensors: a tensor cannot be called " + SafetensorsFormat.METADATA);
      }
      begins.put(tensor.name(), begin);
      begin += tensor.bytes();
    }
  }

  /** The tensors in the order in which their values lie. */
  List<Outgoing> inFile() {
    return inFile;
  }

  /**
   * The file's beginning, up to the first tensor's values: the header's length, and the header,
   * padded with spaces to a multiple of eight.
   */
  byte[] bytes() throws IOException {
    byte[] text = json().getBytes(StandardCharsets.UTF_8);
    int length = Math.ceilDiv(text.length, Long.BYTES) * Long.BYTES;
    if (length > SafetensorsFormat.LONGEST_HEADER) {
      throw new IOException(
          "safetensors: a header of %,d bytes: the format allows %,d"
              .formatted(length, SafetensorsFormat.LONGEST_HEADER));
    }
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES + length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(length).put(text);
    while (bytes.hasRemaining()) {
      bytes.put((byte) ' ');
    }
    return bytes.array();
  }

  private String json() throws IOException {
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
      for (Outgoing tensor : tensors) {
        long begin = begins.get(tensor.name());
        json.name(tensor.name()).beginObject();
        json.name("dtype").value(tensor.dtype().name());
        json.name("shape").beginArray();
        for (long size : tensor.shape()) {
          json.value(size);
        }
        json.endArray();
        json.name("data_offsets").beginArray();
        json.value(begin).value(begin + tensor.bytes()).endArray();
        json.endObject();
      }
      json.endObject();
    }
    return text.toString();
  }
}
