package dev.graft.weights;

import static dev.graft.weights.WeightBytes.floats;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardIndexTest {
  private static final String INDEX = "model.safetensors.index.json";
  private static final String MAP = "{\"metadata\": {\"total_size\": 12}, \"weight_map\": {%s}}";

  @TempDir private Path folder;

  private Path index(String map) throws IOException {
    return Files.writeString(folder.resolve(INDEX), MAP.formatted(map));
  }

  private void shard(String name, String tensor, float... values) throws IOException {
    String header =
        "{\"%s\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
            .formatted(tensor, values.length, 4 * values.length);
    Files.write(folder.resolve(name), WeightBytes.safetensors(header, floats(values)));
  }

  private static String refusal(Path path) {
    WeightFormatException e =
        assertThrows(WeightFormatException.class, () -> Weights.load(path).size());
    assertEquals(1, e.getMessage().lines().count());
    return e.getMessage();
  }

  @Test
  void shardsAreOneFileByIndexOrFolder() throws IOException {
    Path index = index("\"b\": \"2.safetensors\", \"a\": \"1.safetensors\"");
    shard("1.safetensors", "a", 1, 2);
    shard("2.safetensors", "b", 3);
    for (Path path : List.of(index, folder)) {
      try (WeightFile file = Weights.open(path)) {
        assertEquals("safetensors in 2 files", file.format());
        assertEquals("[b F32 [1], a F32 [2]]", file.entries().toString());
        assertEquals(Map.of("total_size", "12"), file.metadata());
        assertArrayEquals(new float[] {1, 2}, file.read().get("a").toArray());
      }
    }
  }

  @Test
  void shardsOfTorchFiles() throws IOException {
    Path index = folder.resolve("pytorch_model.bin.index.json");
    Files.writeString(index, "\n " + MAP.formatted("\"w\": \"p.bin\", \"b\": \"p.bin\""));
    Files.write(folder.resolve("p.bin"), WeightBytes.smallZip());
    try (WeightFile file = Weights.open(folder)) {
      assertEquals("torch zip in 1 file", file.format());
      assertArrayEquals(new float[] {7, 8}, file.decode("b"));
    }
  }

  @Test
  void foldersHoldOneModel() throws IOException {
    assertTrue(refusal(folder).contains("is a folder without model.safetensors"));
    Files.write(folder.resolve("model.safetensors"), WeightBytes.smallSafetensors());
    assertEquals(2, Weights.load(folder).size());
    Files.delete(folder.resolve("model.safetensors"));
    for (String name : List.of("a", "b")) {
      Files.writeString(folder.resolve(name + ".safetensors.index.json"), "{}");
    }
    assertTrue(refusal(folder).contains("holds 2 indexes of shards"));
  }

  @Test
  void tensorsThatTheIndexDoesNotNameAreSkipped() throws IOException {
    Files.write(folder.resolve("s"), WeightBytes.smallSafetensors());
    try (WeightFile file = Weights.open(index("\"w\": \"s\""))) {
      assertEquals(List.of("b"), file.skipped());
    }
  }

  @Test
  void whatTheIndexPromisesMustBeThere() throws IOException {
    assertTrue(refusal(index("\"a\": \"none.safetensors\"")).contains("there is no such file"));
    shard("1.safetensors", "a", 1);
    String message = refusal(index("\"b\": \"1.safetensors\""));
    assertTrue(message.contains("\"b\" is in 1.safetensors, which does not hold it"), message);
    assertTrue(refusal(index("\"a\": \"" + INDEX + "\"")).contains("no weight file that is known"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "/etc/passwd", "a/b", "a\\\\b", "..", "", "c:x", "a\\u0000b"})
  void filesElsewhereAreRefused(String shard) throws IOException {
    String message = refusal(index("\"a\": \"" + shard + "\""));
    assertTrue(message.contains("which is not beside it"), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{}",
        "{\"weight_map\": {}}",
        "{\"weight_map\": []}",
        "{\"weight_map\": {\"a\": 1}}",
        "{\"weight_map\": {\"a\": \"x\", \"a\": \"y\"}}",
        "{\"weight_map\": {\"a\": \"x\"}",
        "{\"model_type\": \"resnet\", \"weights\": {\"a\": \"x\"}}"
      })
  void otherJsonIsRefused(String json) throws IOException {
    refusal(Files.writeString(folder.resolve(INDEX), json));
  }

  @Test
  void indexesInMemoryHaveNoNeighbours() {
    byte[] bytes = MAP.formatted("\"a\": \"x\"").getBytes(StandardCharsets.UTF_8);
    assertTrue(WeightBytes.refusal(bytes).contains("open it by its path"));
  }

  /** Its first byte is a brace, since its header has 123 bytes. */
  @Test
  void safetensorsMayBeginWithABrace() throws IOException {
    String header = "{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
    byte[] bytes = WeightBytes.safetensors(header + " ".repeat(123 - header.length()), floats(5));
    assertEquals('{', bytes[0]);
    try (WeightFile file = WeightBytes.open(bytes)) {
      assertEquals("safetensors", file.format());
    }
  }
}
