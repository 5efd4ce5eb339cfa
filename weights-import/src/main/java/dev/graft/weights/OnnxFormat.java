package dev.graft.weights;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The initialisers of an ONNX model: the tensors that its graph begins with, which are the trained
 * weights. The graph itself is not read.
 */
final class OnnxFormat implements WeightFormat {
  // ModelProto
  private static final int IR_VERSION = 1;
  private static final int PRODUCER_NAME = 2;
  private static final int PRODUCER_VERSION = 3;
  private static final int GRAPH = 7;
  private static final int OPSET_IMPORT = 8;
  private static final int METADATA = 14;
  private static final int TRAINING_INFO = 20;
  private static final int LAST_FIELD = 26;

  // GraphProto
  private static final int GRAPH_NAME = 2;
  private static final int INITIALIZER = 5;
  private static final int SPARSE_INITIALIZER = 15;

  // StringStringEntryProto
  private static final int KEY = 1;
  private static final int VALUE = 2;

  /** Since 2017 a model says which operators it was made for; behind the graph, by custom. */
  private static final int FIRST_WITH_OPSETS = 3;

  private static final int LONGEST_TEXT = 1 << 16;
  private static final int LONGEST_METADATA = 1000;

  /** So many fields may come before the graph; four or five do. */
  private static final int MOST_FIELDS = 64;

  @Override
  public String name() {
    return "onnx";
  }

  /**
   * ONNX has no magic number. A model begins with its ir_version, a small number, and what follows
   * is the model's known fields up to the graph; a file that is cut short inside the graph counts.
   */
  @Override
  public boolean matches(FileBytes file) {
    if (!file.has(0, (byte) (IR_VERSION << 3))) {
      return false;
    }
    ProtoReader in = new ProtoReader(file, 0, file.size());
    try {
      for (int i = 0; i < MOST_FIELDS && in.next(); i++) {
        if (i == 0 && (in.value() < 1 || in.value() > MOST_FIELDS)) {
          return false;
        }
        if (in.is(GRAPH, ProtoReader.BYTES)) {
          return true;
        }
        if (in.field() > LAST_FIELD) {
          return false;
        }
      }
    } catch (WeightFormatException e) {
      return in.field() == GRAPH && in.wire() == ProtoReader.BYTES;
    }
    return false;
  }

  @Override
  public Contents parse(FileBytes file) throws IOException {
    Map<String, String> metadata = new LinkedHashMap<>();
    List<StoredTensor> tensors = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    ProtoReader in = new ProtoReader(file, 0, file.size());
    boolean complete = false;
    while (in.next()) {
      if (in.wire() != ProtoReader.BYTES) {
        complete |= in.field() == IR_VERSION && in.value() < FIRST_WITH_OPSETS;
        continue;
      }
      switch (in.field()) {
        case PRODUCER_NAME -> put(metadata, "producer", in);
        case PRODUCER_VERSION -> put(metadata, "producer_version", in);
        case METADATA -> readProperty(in.message(), metadata);
        case GRAPH -> readGraph(in.message(), file, tensors, skipped, metadata);
        case TRAINING_INFO -> skipped.add("training_info");
        case OPSET_IMPORT -> complete = true;
        default -> {
          // the other fields describe the graph
        }
      }
    }
    if (!complete) {
      throw file.fail("ends before it names its operator set; it is cut short, fetch it again");
    }
    refuseTwins(tensors, file);
    return new Contents(tensors, metadata, List.of(), skipped);
  }

  private static void readGraph(
      ProtoReader in,
      FileBytes file,
      List<StoredTensor> tensors,
      List<String> skipped,
      Map<String, String> metadata)
      throws IOException {
    while (in.next()) {
      if (in.is(GRAPH_NAME, ProtoReader.BYTES)) {
        put(metadata, "graph", in);
      } else if (in.is(INITIALIZER, ProtoReader.BYTES)) {
        OnnxTensor tensor = OnnxTensor.parse(in.message(), file);
        if (tensor.isText()) {
          skipped.add(tensor.name());
        } else {
          tensors.add(tensor.stored());
        }
      } else if (in.is(SPARSE_INITIALIZER, ProtoReader.BYTES)) {
        throw file.fail("has sparse initialisers, which are not read; export it without them");
      }
    }
  }

  private static void readProperty(ProtoReader in, Map<String, String> metadata)
      throws WeightFormatException {
    String key = null;
    String value = "";
    while (in.next()) {
      if (in.is(KEY, ProtoReader.BYTES)) {
        key = in.text(LONGEST_TEXT);
      } else if (in.is(VALUE, ProtoReader.BYTES) && in.end() - in.begin() <= LONGEST_METADATA) {
        value = in.text(LONGEST_METADATA);
      }
    }
    if (key != null) {
      metadata.put(key, value);
    }
  }

  private static void put(Map<String, String> metadata, String key, ProtoReader in)
      throws WeightFormatException {
    if (in.end() > in.begin() && in.end() - in.begin() <= LONGEST_METADATA) {
      metadata.put(key, in.text(LONGEST_METADATA));
    }
  }

  private static void refuseTwins(List<StoredTensor> tensors, FileBytes file)
      throws WeightFormatException {
    Map<String, StoredTensor> names = new LinkedHashMap<>();
    for (StoredTensor tensor : tensors) {
      if (names.put(tensor.entry().name(), tensor) != null) {
        throw file.fail("has two initialisers \"" + tensor.entry().name() + "\"; refused");
      }
    }
  }
}
