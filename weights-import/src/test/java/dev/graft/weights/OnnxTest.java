package dev.graft.weights;

import static dev.graft.weights.OnnxBytes.model;
import static dev.graft.weights.OnnxBytes.tensor;
import static dev.graft.weights.WeightBytes.floats;
import static dev.graft.weights.WeightBytes.open;
import static dev.graft.weights.WeightBytes.refusal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxTest {
  @TempDir private Path folder;

  private static byte[] packed(long... values) {
    OnnxBytes bytes = new OnnxBytes();
    for (long value : values) {
      bytes.varint(value);
    }
    return bytes.end();
  }

  private static float[] values(OnnxBytes tensor) throws IOException {
    try (WeightFile file = open(model(tensor))) {
      return file.decode(file.entries().getFirst().name());
    }
  }

  @Test
  void everyPlaceThatValuesLieIn() throws IOException {
    assertArrayEquals(
        new float[] {1, 2}, values(tensor("a", 1, 2).fixed(4, floats(1)).fixed(4, floats(2))));
    assertArrayEquals(
        new float[] {1, 2, 3},
        values(tensor("a", 1, 3).bytes(4, floats(1, 2)).fixed(4, floats(3))));
    assertArrayEquals(new float[] {5, -6}, values(tensor("a", 7, 2).bytes(7, packed(5, -6))));
    assertArrayEquals(new float[] {5, -6}, values(tensor("a", 6, 2).number(5, 5).number(5, -6)));
    assertArrayEquals(new float[] {-1, 127}, values(tensor("a", 3, 2).bytes(5, packed(-1, 127))));
    assertArrayEquals(new float[] {1, 0}, values(tensor("a", 9, 2).bytes(5, packed(1, 0))));
    assertArrayEquals(
        new float[] {1, 2}, values(tensor("a", 10, 2).bytes(5, packed(0x3c00, 0x4000))));
    assertArrayEquals(
        new float[] {1, -2}, values(tensor("a", 16, 2).bytes(5, packed(0x3f80, 0xc000))));
    assertArrayEquals(new float[] {7}, values(tensor("a", 13).bytes(11, packed(7))));
    ByteBuffer doubles = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    doubles.putDouble(1.5).putDouble(-2);
    assertArrayEquals(
        new float[] {1.5f, -2}, values(tensor("a", 11, 2).bytes(10, doubles.array())));
    assertArrayEquals(new float[] {1.5f, -2}, values(tensor("a", 11, 2).bytes(9, doubles.array())));
    assertArrayEquals(new float[0], values(tensor("a", 1, 0, 3)));
  }

  @Test
  void whatSurroundsTheWeights() throws IOException {
    byte[] text = tensor("s", 8, 1).text(6, "hello").end();
    OnnxBytes graph = new OnnxBytes().text(2, "g").bytes(5, text);
    graph.message(5, tensor("w", 1).bytes(9, floats(1)));
    byte[] model =
        new OnnxBytes()
            .number(1, 7)
            .text(2, "pytorch")
            .text(3, "2.1")
            .message(7, graph)
            .message(8, new OnnxBytes().number(2, 13))
            .message(14, new OnnxBytes().text(1, "author").text(2, "somebody"))
            .end();
    try (WeightFile file = open(model)) {
      assertEquals("onnx", file.format());
      assertEquals(List.of("s"), file.skipped());
      assertEquals(
          Map.of(
              "producer", "pytorch", "producer_version", "2.1", "graph", "g", "author", "somebody"),
          file.metadata());
    }
  }

  @Test
  void sizesThatDisagreeAreRefused() {
    refusal(model(tensor("a", 1, 3).bytes(9, floats(1, 2))));
    refusal(model(tensor("a", 1, 3).bytes(4, floats(1, 2))));
    refusal(model(tensor("a", 1, 1).bytes(4, new byte[3])));
    refusal(model(tensor("a", 7, 1).bytes(4, floats(1))));
    refusal(model(tensor("a", 1, -1).bytes(4, floats(1))));
    refusal(model(tensor("a", 1, 1L << 40, 1L << 40).bytes(9, floats(1))));
    refusal(model(tensor("a", 1, new long[65]).bytes(9, floats(1))));
    refusal(model(tensor("a", 1).bytes(9, floats(1)), tensor("a", 1).bytes(9, floats(2))));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 14, 15, 18, 20, 21, 22, 23, 99})
  void typesThatAreNotReadAreNamed(int type) {
    String message = refusal(model(tensor("a", type, 1).bytes(9, new byte[16])));
    assertTrue(message.contains("tensor \"a\" is of ONNX type " + type), message);
  }

  private Path external(String location, String offset) throws IOException {
    OnnxBytes tensor = tensor("w", 1, 2).external("location", location).external("offset", offset);
    Path path = folder.resolve("model").resolve("net.onnx");
    Files.createDirectories(path.getParent());
    Files.write(path, model(tensor.external("length", "8").number(14, 1)));
    return path;
  }

  @Test
  void valuesInAFileBesideTheModel() throws IOException {
    Path path = external("data/net.bin", "4");
    Files.createDirectories(path.resolveSibling("data"));
    Files.write(path.resolveSibling("data").resolve("net.bin"), floats(0, 7, 8));
    try (WeightFile file = Weights.open(path)) {
      assertArrayEquals(new float[] {7, 8}, file.decode("w"));
    }
    Path late = external("data/net.bin", "8");
    assertTrue(failure(late).contains("net.bin: ends after 12 bytes"), failure(late));
    assertTrue(failure(external("data/none.bin", "0")).contains("no such file"));
    assertTrue(failure(external("data/net.bin", "x")).contains("offset that is no number"));
    assertTrue(refusal(Files.readAllBytes(path)).contains("open the model by its path"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../secret", "a/../../secret", "/etc/hostname", "", ".", "a\0b"})
  void filesOutsideOfTheModelsFolderAreRefused(String location) throws IOException {
    Files.write(folder.resolve("secret"), floats(1, 2));
    String message = failure(external(location, "0"));
    assertTrue(message.contains("not in the model's folder"), message);
  }

  // Without the link there is nothing to refuse, and there only administrators may make one.
  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "making links takes a privilege there")
  void linksThatLeadOutsideAreRefused() throws IOException {
    Path path = external("link", "0");
    Files.write(folder.resolve("secret"), floats(1, 2));
    Files.createSymbolicLink(path.resolveSibling("link"), Path.of("..", "secret"));
    assertTrue(failure(path).contains("not in the model's folder"), failure(path));
  }

  private static String failure(Path path) {
    return assertThrows(WeightFormatException.class, () -> Weights.open(path)).getMessage();
  }
}
