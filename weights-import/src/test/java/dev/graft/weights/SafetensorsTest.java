package dev.graft.weights;

import static dev.graft.weights.WeightBytes.floats;
import static dev.graft.weights.WeightBytes.open;
import static dev.graft.weights.WeightBytes.refusal;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {
  @TempDir private Path folder;

  @Test
  void headersInAnyOrderWithSpacesBehind() throws IOException {
    String header =
        "{\"b\":{\"data_offsets\":[4,8],\"shape\":[],\"dtype\":\"F32\"},"
            + " \"é\\n\" : {\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]} ,"
            + "\"none\":{\"dtype\":\"I64\",\"shape\":[3,0],\"data_offsets\":[8,8]}}    ";
    try (WeightFile file = open(WeightBytes.safetensors(header, floats(1, 2)))) {
      assertEquals(
          List.of("b", "é\n", "none"), file.entries().stream().map(e -> e.name()).toList());
      assertArrayEquals(new float[] {2}, file.decode("b"));
      assertArrayEquals(new float[] {1}, file.decode("é\n"));
      assertArrayEquals(new float[] {}, file.decode("none"));
      assertEquals("[3, 0]", file.read("none").shape().toString());
    }
  }

  @Test
  void emptyFilesOfTheFormatAreLegal() throws IOException {
    try (WeightFile file = open(WeightBytes.safetensors("{}", new byte[0]))) {
      assertEquals(List.of(), file.entries());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{}x",
        "{}{}",
        "{} {}",
        "{'a':1}",
        "{\"a\":1}",
        "{\"a\":null}",
        "{\"a\":[]}",
        "{\"a\":{}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[\"2\"],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2e0],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[02],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[NaN],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F64\",\"shape\":[999999999999999999,9],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F99\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":7,\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8],\"more\":1}}",
        "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,12]}}",
        "{\"__metadata__\":{\"a\":1}}",
        "{\"__metadata__\":[]}",
        "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}",
        "{\"__metadata__\":{},\"__metadata__\":{}}"
      })
  void wrongHeadersAreRefused(String header) {
    refusal(WeightBytes.safetensors(header, new byte[8]));
  }

  @Test
  void tensorsNeitherOverlapNorLeaveGapsNorShareNames() {
    String one = "{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}";
    String[] pairs = {
      "{\"a\":" + one.formatted(0, 4) + ",\"b\":" + one.formatted(0, 4) + "}",
      "{\"a\":" + one.formatted(0, 4) + ",\"b\":" + one.formatted(2, 6) + "}",
      "{\"a\":" + one.formatted(0, 4) + ",\"b\":" + one.formatted(8, 12) + "}",
      "{\"a\":" + one.formatted(0, 4) + ",\"a\":" + one.formatted(4, 8) + "}",
      "{\"a\":" + one.formatted(0, 4) + ",\"\\u0061\":" + one.formatted(4, 8) + "}",
    };
    for (String header : pairs) {
      refusal(WeightBytes.safetensors(header, new byte[12]));
      refusal(WeightBytes.safetensors(header, new byte[8]));
    }
  }

  @Test
  void headerLengthsAreNotBelieved() {
    for (long length : new long[] {0, 1, 100_000_001, 1L << 60, -1, Long.MIN_VALUE, 90_000_000}) {
      refusal(new PickleBytes().i64(length).raw("{}".getBytes(StandardCharsets.UTF_8)).bytes());
    }
  }

  @Test
  void malformedUtf8IsRefused() {
    byte[] bytes = WeightBytes.smallSafetensors();
    int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\"w\"") + 1;
    bytes[at] = (byte) 0xff;
    assertTrue(refusal(bytes).contains("JSON"));
  }

  @Test
  void deepNestingIsRefused() {
    refusal(WeightBytes.safetensors("{\"a\":" + "[".repeat(1 << 20), new byte[0]));
    refusal(WeightBytes.safetensors("{\"a\":".repeat(1 << 18), new byte[0]));
  }

  private static StateDict weights() {
    return new StateDict()
        .put("z", Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3))
        .put("count", Tensor.of(new float[] {4097}))
        .put("a", Tensor.of(new float[] {-0.5f, 65504}, 2))
        .put("none", Tensor.of(new float[0], 0, 3));
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    StateDict written = weights();
    written.metadata().put("classes", "ant\nbee \"é\" \u2028");
    Path path = folder.resolve("model.safetensors");
    Safetensors.write(path, written);
    StateDict read = Weights.load(path);
    assertEquals(List.copyOf(written.names()), List.copyOf(read.names()));
    assertEquals(written.metadata(), read.metadata());
    for (String name : written.names()) {
      assertEquals(written.get(name).shape(), read.get(name).shape());
      assertArrayEquals(written.get(name).toArray(), read.get(name).toArray());
    }
    byte[] bytes = Files.readAllBytes(path);
    assertEquals(0, bytes[0] % 8, "the data begin at a multiple of eight");
    assertTrue(
        new String(bytes, StandardCharsets.UTF_8)
            .contains("\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}"));
  }

  @Test
  void halfPrecisionKeepsCounters() throws IOException {
    Path path = folder.resolve("half.safetensors");
    Safetensors.write(path, weights(), Map.of(), DType.F16);
    try (WeightFile file = Weights.open(path)) {
      assertEquals(
          "[z F16 [2, 3], count F32 [], a F16 [2], none F16 [0, 3]]", file.entries().toString());
      assertEquals(4097f, file.read("count").item());
      assertArrayEquals(new float[] {-0.5f, 65504}, file.decode("a"));
    }
    assertTrue(
        Files.readString(path, StandardCharsets.ISO_8859_1)
            .contains("\"count\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}"),
        "larger elements lie first");
  }

  @Test
  void aFailureLeavesTheOldFileAndNothingElse() throws IOException {
    Path path = folder.resolve("model.safetensors");
    Safetensors.write(path, weights());
    byte[] before = Files.readAllBytes(path);
    StateDict large = new StateDict().put("w", Tensor.of(new float[] {65520}, 1));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class,
            () -> Safetensors.write(path, large, Map.of(), DType.F16));
    assertTrue(e.getMessage().contains("\"w\" holds 65520.0"), e.getMessage());
    assertArrayEquals(before, Files.readAllBytes(path));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(path), files.toList());
    }
  }

  @Test
  void onlyWhatTheFormatKnowsIsWritten() {
    Path path = folder.resolve("x.safetensors");
    StateDict reserved = new StateDict().put("__metadata__", Tensor.of(new float[1], 1));
    assertThrows(IllegalArgumentException.class, () -> Safetensors.write(path, reserved));
    assertThrows(
        IllegalArgumentException.class,
        () -> Safetensors.write(path, weights(), Map.of(), DType.F64));
  }
}
