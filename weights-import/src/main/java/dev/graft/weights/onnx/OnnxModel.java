package dev.graft.weights.onnx;

import dev.graft.tensor.Shape;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * An ONNX model that is put together by hand: inputs, constants, nodes in an order in which they
 * can be computed, outputs. {@link OnnxExport} makes one of a network. All values are float32;
 * shapes are written as they are, with {@link #BATCH} for a size that the file leaves open.
 */
public final class OnnxModel {
  /** A first dimension of this size in an input or output is written as the variable "batch". */
  public static final int BATCH = -1;

  /** The oldest set of operators in which softmax has the meaning that everybody gives it. */
  public static final int OPSET = 13;

  /** The version of the file format that came with opset 13. */
  private static final int IR_VERSION = 7;

  /** Protobuf's readers take no message beyond this. */
  private static final long LARGEST = Integer.MAX_VALUE;

  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private final ProtoMessage graph;

  /**
   * @param name of the graph; any text
   */
  public OnnxModel(String name) {
    graph = new ProtoMessage().text(2, name);
  }

  /** What runtimes are given under this name. */
  public OnnxModel input(String valueName, int... dims) {
    graph.message(11, value(valueName, dims));
    return this;
  }

  /** What runtimes give back under this name. */
  public OnnxModel output(String valueName, int... dims) {
    graph.message(12, value(valueName, dims));
    return this;
  }

  /** A constant; the values, in row-major order, are read when the model is written. */
  public OnnxModel constant(String valueName, Shape shape, float[] values) {
    ProtoMessage tensor = new ProtoMessage();
    for (int i = 0; i < shape.rank(); i++) {
      tensor.integer(1, shape.dim(i));
    }
    graph.message(5, tensor.integer(2, FLOAT).text(8, valueName).floats(9, values));
    return this;
  }

  /** A constant vector of integers, as shapes, axes and paddings are given. */
  public OnnxModel integers(String valueName, long... values) {
    ProtoMessage tensor = new ProtoMessage().integer(1, values.length).integer(2, INT64);
    for (long value : values) {
      tensor.integer(7, value);
    }
    graph.message(5, tensor.text(8, valueName));
    return this;
  }

  /**
   * An operation.
   *
   * @param type ONNX's name of the operator
   * @param nodeName what messages of runtimes call it
   * @param attributes each a Long, a {@code long[]}, a Float or a String
   */
  public OnnxModel node(
      String type,
      String nodeName,
      List<String> inputs,
      String output,
      Map<String, Object> attributes) {
    ProtoMessage node = new ProtoMessage();
    inputs.forEach(input -> node.text(1, input));
    node.text(2, output).text(3, nodeName).text(4, type);
    attributes.forEach((key, value) -> node.message(5, attribute(key, value)));
    graph.message(1, node);
    return this;
  }

  private static ProtoMessage attribute(String key, Object value) {
    ProtoMessage attribute = new ProtoMessage().text(1, key);
    return switch (value) {
      case Float f -> attribute.float32(2, f).integer(20, 1);
      case Long i -> attribute.integer(3, i).integer(20, 2);
      case String s -> attribute.text(4, s).integer(20, 3);
      case long[] many -> {
        for (long i : many) {
          attribute.integer(8, i);
        }
        yield attribute.integer(20, 7);
      }
      default -> throw new IllegalArgumentException("onnx: no attribute can be " + value);
    };
  }

  private static ProtoMessage value(String valueName, int... dims) {
    ProtoMessage shape = new ProtoMessage();
    for (int dim : dims) {
      ProtoMessage one = new ProtoMessage();
      shape.message(1, dim == BATCH ? one.text(2, "batch") : one.integer(1, dim));
    }
    ProtoMessage tensor = new ProtoMessage().integer(1, FLOAT).message(2, shape);
    ProtoMessage type = new ProtoMessage().message(1, tensor);
    return new ProtoMessage().text(1, valueName).message(2, type);
  }

  private ProtoMessage model() {
    ProtoMessage opset = new ProtoMessage().text(1, "").integer(2, OPSET);
    return new ProtoMessage()
        .integer(1, IR_VERSION)
        .text(2, "Graft")
        .message(7, graph)
        .message(8, opset);
  }

  /** The file's bytes. */
  public byte[] toBytes() {
    ProtoMessage model = model();
    checkSize(model);
    ByteArrayOutputStream out = new ByteArrayOutputStream((int) model.size());
    try {
      model.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void checkSize(ProtoMessage model) {
    if (model.size() > LARGEST) {
      throw new IllegalArgumentException(
          "onnx: the model would have %,d bytes: the format allows %,d; write safetensors"
              .formatted(model.size(), LARGEST));
    }
  }

  /**
   * Writes the file: beside its place under another name, and moved there when it is whole.
   *
   * @throws IOException if it cannot be written
   * @throws IllegalArgumentException if it would be larger than 2 GiB, which the format forbids
   */
  public void write(Path path) throws IOException {
    ProtoMessage model = model();
    checkSize(model);
    Path target = path.toAbsolutePath();
    Path beside =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      try (FileChannel channel =
          FileChannel.open(beside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        model.writeTo(out);
        out.flush();
        // Without this a power cut after the move could leave an empty file in the old one's place.
        channel.force(true);
      }
      move(beside, target);
    } finally {
      Files.deleteIfExists(beside);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
