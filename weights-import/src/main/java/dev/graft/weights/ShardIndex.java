package dev.graft.weights;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.graft.weights.WeightFormat.Contents;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The index of weights that are spread over several files, as Hugging Face's libraries write it
 * ({@code model.safetensors.index.json}, {@code pytorch_model.bin.index.json}): a JSON object whose
 * {@code weight_map} says for each name which file beside it holds the tensor.
 */
final class ShardIndex {
  /** Of models with ten thousand tensors it takes about one megabyte. */
  private static final int LONGEST = 64 << 20;

  private static final int MOST_SPACE = 64;
  private static final int MOST_SHARDS = 10_000;
  private static final int LONGEST_METADATA = 1000;

  private final FileBytes file;
  private final Map<String, String> shardOf = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private ShardIndex(FileBytes file) {
    this.file = file;
  }

  /** An open index: what it holds, and the format of its shards. */
  record Opened(String format, Contents contents) {}

  /**
   * Whether the file's first bytes are those of a JSON object. A safetensors file may begin with a
   * brace as well, the lowest byte of its header's length, but zeros follow.
   */
  static boolean matches(FileBytes file) {
    long at = 0;
    while (at < MOST_SPACE && isSpace(file, at)) {
      at++;
    }
    return file.has(at, (byte) '{') && !file.has(at + 4, new byte[4]);
  }

  private static boolean isSpace(FileBytes file, long at) {
    return file.has(at, (byte) ' ')
        || file.has(at, (byte) '\n')
        || file.has(at, (byte) '\r')
        || file.has(at, (byte) '\t');
  }

  /**
   * Opens the shards and collects their tensors in the index's order.
   *
   * @throws WeightFormatException if one is missing, or does not hold what the index says
   */
  static Opened open(FileBytes file) throws IOException {
    ShardIndex index = new ShardIndex(file);
    index.read();
    return index.collect();
  }

  /** The names and their files; no shard is opened. */
  static Map<String, String> parse(FileBytes file) throws WeightFormatException {
    ShardIndex index = new ShardIndex(file);
    index.read();
    return index.shardOf;
  }

  private void read() throws WeightFormatException {
    if (file.size() > LONGEST) {
      throw file.fail("is JSON of %,d bytes, and no index of shards".formatted(file.size()));
    }
    InputStreamReader text =
        new InputStreamReader(
            new ByteArrayInputStream(file.copy(0, (int) file.size())),
            StandardCharsets.UTF_8.newDecoder());
    try (JsonReader json = new JsonReader(text)) {
      json.setStrictness(Strictness.STRICT);
      json.beginObject();
      while (json.hasNext()) {
        switch (json.nextName()) {
          case "weight_map" -> readMap(json);
          case "metadata" -> readMetadata(json);
          default -> json.skipValue();
        }
      }
      json.endObject();
    } catch (WeightFormatException e) {
      throw e;
    } catch (IOException | IllegalStateException | NumberFormatException e) {
      throw new WeightFormatException(
          file.name(), "begins like an index of shards, but is not its JSON; it looks damaged", e);
    }
    if (shardOf.isEmpty()) {
      throw file.fail(
          "is JSON without a weight_map, so no index of shards; name the weight file itself");
    }
  }

  private void readMap(JsonReader json) throws IOException {
    json.beginObject();
    while (json.hasNext()) {
      String name = json.nextName();
      if (json.peek() != JsonToken.STRING) {
        throw file.fail("its weight_map names no file for \"" + name + "\"; refused");
      }
      if (shardOf.put(name, json.nextString()) != null) {
        throw file.fail("its weight_map names \"" + name + "\" twice; refused");
      }
    }
    json.endObject();
  }

  private void readMetadata(JsonReader json) throws IOException {
    if (json.peek() != JsonToken.BEGIN_OBJECT) {
      json.skipValue();
      return;
    }
    json.beginObject();
    while (json.hasNext()) {
      String key = json.nextName();
      switch (json.peek()) {
        case STRING, NUMBER -> {
          String value = json.nextString();
          if (value.length() <= LONGEST_METADATA) {
            metadata.put(key, value);
          }
        }
        case BOOLEAN -> metadata.put(key, String.valueOf(json.nextBoolean()));
        default -> json.skipValue();
      }
    }
    json.endObject();
  }

  private Opened collect() throws IOException {
    if (file.path() == null) {
      throw file.fail("is the index of several files; open it by its path, not from memory");
    }
    Map<String, Map<String, StoredTensor>> shards = new LinkedHashMap<>();
    String format = null;
    for (String shard : shardOf.values()) {
      if (shards.containsKey(shard)) {
        continue;
      }
      if (shards.size() == MOST_SHARDS) {
        throw file.fail("names more than " + MOST_SHARDS + " files; refused");
      }
      FileBytes opened = file.open(beside(shard));
      WeightFormat its = Weights.format(opened);
      Map<String, StoredTensor> tensors = new LinkedHashMap<>();
      for (StoredTensor tensor : its.parse(opened).tensors()) {
        tensors.put(tensor.entry().name(), tensor);
      }
      shards.put(shard, tensors);
      format = format == null || format.equals(its.name()) ? its.name() : "mixed";
    }
    List<StoredTensor> tensors = new ArrayList<>();
    shardOf.forEach((name, shard) -> tensors.add(shards.get(shard).remove(name)));
    int at = tensors.indexOf(null);
    if (at >= 0) {
      String name = List.copyOf(shardOf.keySet()).get(at);
      throw file.fail(
          "says that \"%s\" is in %s, which does not hold it; fetch both again"
              .formatted(name, shardOf.get(name)));
    }
    List<String> skipped = new ArrayList<>();
    shards.values().forEach(left -> skipped.addAll(left.keySet()));
    String files = shards.size() == 1 ? " in 1 file" : " in " + shards.size() + " files";
    return new Opened(format + files, new Contents(tensors, metadata, List.of(), skipped));
  }

  /** The file of that name in the index's own folder. */
  private Path beside(String shard) throws WeightFormatException {
    boolean plain = !shard.isEmpty() && !shard.equals(".") && !shard.equals("..");
    for (int i = 0; i < shard.length(); i++) {
      char c = shard.charAt(i);
      plain &= c != '/' && c != '\\' && c != ':' && c >= ' ';
    }
    if (!plain) {
      throw file.fail("names the file \"" + shard + "\", which is not beside it; refused");
    }
    return file.path().resolveSibling(shard);
  }
}
