package dev.graft.transfer;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import dev.graft.data.Preprocessing;
import dev.graft.data.Resize;
import dev.graft.models.Architecture;
import dev.graft.models.Architecture.Block;
import dev.graft.models.Architecture.Shortcut;
import dev.graft.models.Architecture.StridePlacement;
import dev.graft.models.Stem;
import dev.graft.weights.hub.Hub;
import dev.graft.weights.hub.HuggingFace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * ResNets in repositories of Hugging Face: timm's, whose {@code config.json} names the architecture
 * and the preprocessing, and transformers', whose configuration describes the network and whose
 * {@code preprocessor_config.json} the preprocessing.
 */
final class HuggingFaceModel {
  private static final List<String> FILES =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "pytorch_model.bin",
          "pytorch_model.bin.index.json");

  private static final Pattern SHARD = Pattern.compile("[\\w-][\\w.@+-]*");

  /** transformers crops only what is smaller than this, and squashes the rest. */
  private static final int SQUASHED_FROM = 384;

  private HuggingFaceModel() {}

  static FoundWeights fetch(HuggingFace repository, Hub hub) throws IOException {
    Optional<Path> text = hub.fetchIfThere(repository.text("config.json"));
    JsonObject config = text.isEmpty() ? new JsonObject() : read(repository, text.get());
    try {
      Architecture architecture = architecture(config);
      Preprocessing preprocessing = null;
      if (config.has("architecture")) {
        preprocessing = timm(pretrained(config));
      } else if (config.has("model_type")) {
        Optional<Path> steps = hub.fetchIfThere(repository.text("preprocessor_config.json"));
        preprocessing = steps.isEmpty() ? null : transformers(read(repository, steps.get()));
      }
      List<String> classes = classes(config, architecture);
      return new FoundWeights(
          repository.toString(), weights(repository, hub), architecture, preprocessing, classes);
    } catch (IllegalArgumentException | IllegalStateException | UnsupportedOperationException e) {
      throw new IOException(repository + ": config.json: " + e.getMessage(), e);
    }
  }

  private static Path weights(HuggingFace repository, Hub hub) throws IOException {
    for (String file : FILES) {
      Optional<Path> found = hub.fetchIfThere(repository.weights(file));
      if (found.isPresent() && file.endsWith(".json")) {
        fetchShards(repository, hub, found.get());
      }
      if (found.isPresent()) {
        return found.get();
      }
    }
    return hub.fetch(repository.weights(FILES.getFirst()));
  }

  /** Fetches the files that an index names, which lie beside it then. */
  private static void fetchShards(HuggingFace repository, Hub hub, Path index) throws IOException {
    JsonElement map = read(repository, index).get("weight_map");
    if (map == null || !map.isJsonObject()) {
      throw new IOException(
          "%s: %s names no files; delete %s".formatted(repository, index.getFileName(), index));
    }
    Set<String> shards = new TreeSet<>();
    for (JsonElement shard : map.getAsJsonObject().asMap().values()) {
      String name = shard.isJsonPrimitive() ? shard.getAsString() : "";
      if (!SHARD.matcher(name).matches()) {
        throw new IOException(
            "%s: %s names the file \"%s\", which is not beside it; refused"
                .formatted(repository, index.getFileName(), name));
      }
      shards.add(name);
    }
    for (String shard : shards) {
      hub.fetch(repository.weights(shard));
    }
  }

  private static JsonObject read(HuggingFace repository, Path file) throws IOException {
    try {
      return JsonParser.parseString(Files.readString(file)).getAsJsonObject();
    } catch (JsonParseException | IllegalStateException e) {
      throw new IOException(
          "%s: %s is no JSON object; delete %s".formatted(repository, file.getFileName(), file), e);
    }
  }

  /** The network that a configuration names or describes; null where it says nothing. */
  static Architecture architecture(JsonObject config) {
    if (config.has("architecture")) {
      int classes = config.has("num_classes") ? config.get("num_classes").getAsInt() : 0;
      return Architecture.of(config.get("architecture").getAsString(), classes);
    }
    if (!config.has("model_type")) {
      return null;
    }
    String type = config.get("model_type").getAsString();
    if (!type.equals("resnet")) {
      throw new IllegalArgumentException("the model is of type \"" + type + "\", no resnet");
    }
    require(config, "hidden_act", "relu");
    require(config, "downsample_in_first_stage", "false");
    require(config, "num_channels", "3");
    Block block = Block.valueOf(text(config, "layer_type", "bottleneck").toUpperCase(Locale.ROOT));
    List<Integer> sizes = ints(config.get("hidden_sizes"));
    int expansion = block == Block.BASIC ? 1 : 4;
    Architecture found =
        new Architecture(
            block,
            ints(config.get("depths")),
            sizes.getFirst() / expansion,
            1,
            64,
            new Stem(List.of(Integer.valueOf(text(config, "embedding_size", "64"))), false),
            Shortcut.PROJECTION,
            text(config, "downsample_in_bottleneck", "false").equals("true")
                ? StridePlacement.FIRST_1X1
                : StridePlacement.THE_3X3,
            config.has("id2label") ? config.getAsJsonObject("id2label").size() : 0);
    for (int s = 0; s < sizes.size(); s++) {
      if (sizes.get(s) != sizes.getFirst() << s || sizes.size() != found.blocks().size()) {
        throw new IllegalArgumentException("stages of sizes " + sizes + " are not built here");
      }
    }
    return found;
  }

  private static void require(JsonObject config, String name, String value) {
    String given = text(config, name, value);
    if (!given.equals(value)) {
      throw new IllegalArgumentException(name + " " + given + " is not built here, only " + value);
    }
  }

  private static String text(JsonObject config, String name, String otherwise) {
    JsonElement value = config.get(name);
    return value == null || value.isJsonNull() ? otherwise : value.getAsString();
  }

  private static List<Integer> ints(JsonElement array) {
    if (array == null) {
      throw new IllegalArgumentException("depths or hidden_sizes are missing");
    }
    return array.getAsJsonArray().asList().stream().map(JsonElement::getAsInt).toList();
  }

  private static List<Float> floats(JsonElement array) {
    return array.getAsJsonArray().asList().stream().map(JsonElement::getAsFloat).toList();
  }

  /** timm's newer configurations have a part for it, its older ones are it. */
  private static JsonObject pretrained(JsonObject config) {
    return config.has("pretrained_cfg") ? config.getAsJsonObject("pretrained_cfg") : config;
  }

  /** As timm's own transforms for inference: the size is floor(crop / crop_pct). */
  static Preprocessing timm(JsonObject config) {
    if (!config.has("input_size") || !config.has("mean") || !config.has("std")) {
      return null;
    }
    int crop = ints(config.get("input_size")).getLast();
    double part = Double.parseDouble(text(config, "crop_pct", "0.875"));
    boolean squash = text(config, "crop_mode", "center").equals("squash");
    return new Preprocessing(
        (int) Math.floor(crop / part),
        crop,
        Resize.Filter.valueOf(text(config, "interpolation", "bicubic").toUpperCase(Locale.ROOT)),
        floats(config.get("mean")),
        floats(config.get("std")),
        squash,
        false);
  }

  /** As transformers' ConvNextImageProcessor, which its ResNets use, and its ViTImageProcessor. */
  static Preprocessing transformers(JsonObject steps) {
    JsonElement size = steps.get("size");
    int shortest = 224;
    boolean squash = false;
    if (size != null && size.isJsonPrimitive()) {
      shortest = size.getAsInt();
    } else if (size != null) {
      JsonObject sides = size.getAsJsonObject();
      squash = !sides.has("shortest_edge");
      shortest = sides.get(squash ? "height" : "shortest_edge").getAsInt();
    }
    squash |= shortest >= SQUASHED_FROM;
    double part = Double.parseDouble(text(steps, "crop_pct", "0.875"));
    return new Preprocessing(
        squash ? shortest : (int) (shortest / part),
        shortest,
        filter(text(steps, "resample", "3")),
        floats(steps.get("image_mean")),
        floats(steps.get("image_std")),
        squash,
        false);
  }

  /** Pillow's numbers. */
  private static Resize.Filter filter(String number) {
    return switch (number) {
      case "1" -> Resize.Filter.LANCZOS;
      case "2" -> Resize.Filter.BILINEAR;
      case "3" -> Resize.Filter.BICUBIC;
      default -> throw new IllegalArgumentException("resample " + number + " is not done here");
    };
  }

  /** The names of the outputs; null where the configuration gives none. */
  private static List<String> classes(JsonObject config, Architecture architecture) {
    if (!config.has("id2label")) {
      return null;
    }
    JsonObject labels = config.getAsJsonObject("id2label");
    List<String> names = new ArrayList<>();
    for (int i = 0; i < architecture.classes(); i++) {
      if (!labels.has("" + i)) {
        throw new IllegalArgumentException("id2label has no class " + i);
      }
      names.add(labels.get("" + i).getAsString());
    }
    return List.copyOf(names);
  }
}
