package dev.graft.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.graft.models.Architecture;
import dev.graft.models.Architecture.StridePlacement;
import dev.graft.models.ResNet;
import dev.graft.tensor.Rng;
import dev.graft.tensor.StateDict;
import dev.graft.weights.Safetensors;
import dev.graft.weights.hub.DownloadListener;
import dev.graft.weights.hub.Hub;
import dev.graft.weights.hub.Patience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Configurations as they lie in repositories of Hugging Face. */
class HuggingFaceModelTest {
  private static final String TRANSFORMERS =
      """
      {"architectures": ["ResNetForImageClassification"], "depths": [3, 4, 6, 3],
       "downsample_in_first_stage": false, "embedding_size": 64, "hidden_act": "relu",
       "hidden_sizes": [256, 512, 1024, 2048], "layer_type": "bottleneck", "model_type": "resnet",
       "num_channels": 3, "id2label": {"0": "tench, Tinca tinca", "1": "goldfish"}}
      """;

  private static final String TIMM =
      """
      {"architecture": "cifar_resnet8", "num_classes": 2, "num_features": 64,
       "pretrained_cfg": {"tag": "x", "input_size": [3, 24, 24], "interpolation": "bicubic",
       "crop_pct": 0.95, "crop_mode": "center", "mean": [0.5, 0.4, 0.3], "std": [0.25, 0.5, 1.0]}}
      """;

  @TempDir private Path home;

  private static JsonObject json(String text) {
    return JsonParser.parseString(text).getAsJsonObject();
  }

  @Test
  void transformersDescribesTheNetwork() {
    assertEquals(Architecture.of("resnet50", 2), HuggingFaceModel.architecture(json(TRANSFORMERS)));
    JsonObject early = json(TRANSFORMERS);
    early.addProperty("downsample_in_bottleneck", true);
    assertEquals(StridePlacement.FIRST_1X1, HuggingFaceModel.architecture(early).stride());
    JsonObject basic =
        json(
            TRANSFORMERS
                .replace("bottleneck", "basic")
                .replace("[256, 512, 1024, 2048]", "[64, 128, 256, 512]"));
    assertEquals(Architecture.of("resnet34", 2), HuggingFaceModel.architecture(basic));
  }

  @Test
  void whatIsNotBuiltHereIsRefused() {
    for (String[] change :
        List.of(
            new String[] {"\"relu\"", "\"gelu\"", "hidden_act gelu is not built here, only relu"},
            new String[] {
              "stage\": false",
              "stage\": true",
              "downsample_in_first_stage true is not built here, only false"
            },
            new String[] {
              "1024, 2048",
              "1024, 2000",
              "stages of sizes [256, 512, 1024, 2000] are not built here"
            },
            new String[] {
              "\"model_type\": \"resnet\"",
              "\"model_type\": \"vit\"",
              "the model is of type \"vit\", no resnet"
            })) {
      Exception e =
          assertThrows(
              IllegalArgumentException.class,
              () ->
                  HuggingFaceModel.architecture(json(TRANSFORMERS.replace(change[0], change[1]))));
      assertEquals(change[2], e.getMessage());
    }
  }

  @Test
  void timmsPreprocessing() {
    assertEquals(
        "resize=25 crop=24 filter=bicubic mean=0.5,0.4,0.3 std=0.25,0.5,1.0",
        HuggingFaceModel.timm(json(TIMM).getAsJsonObject("pretrained_cfg")).toText());
    JsonObject squash = json(TIMM.replace("center", "squash").replace("0.95", "1.0"));
    assertEquals(
        "resize=24 crop=24 filter=bicubic mean=0.5,0.4,0.3 std=0.25,0.5,1.0 squash=true",
        HuggingFaceModel.timm(squash.getAsJsonObject("pretrained_cfg")).toText());
  }

  @Test
  void transformersPreprocessing() {
    String steps =
        """
        {"crop_pct": 0.875, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225],
         "resample": 3, "size": %s}
        """;
    String statistics = " mean=0.485,0.456,0.406 std=0.229,0.224,0.225";
    assertEquals(
        "resize=256 crop=224 filter=bicubic" + statistics,
        HuggingFaceModel.transformers(json(steps.formatted("224"))).toText());
    assertEquals(
        "resize=256 crop=224 filter=bicubic" + statistics,
        HuggingFaceModel.transformers(json(steps.formatted("{\"shortest_edge\": 224}"))).toText());
    assertEquals(
        "resize=384 crop=384 filter=bicubic" + statistics + " squash=true",
        HuggingFaceModel.transformers(json(steps.formatted("384"))).toText());
    assertEquals(
        "resize=224 crop=224 filter=bicubic" + statistics + " squash=true",
        HuggingFaceModel.transformers(json(steps.formatted("{\"height\": 224, \"width\": 224}")))
            .toText());
  }

  /** A repository in the cache, which is all that is needed offline. */
  private Hub repository(String config) throws IOException {
    Path folder = Files.createDirectories(home.resolve("hf/a/net/main"));
    Files.writeString(folder.resolve("config.json"), config);
    ResNet net = ResNet.cifar(8, 2, Rng.of(1));
    Safetensors.write(folder.resolve("model.safetensors"), net.stateDict(), Map.of());
    return new Hub(home, List.of(), true, List.of(), Patience.STANDARD, DownloadListener.SILENT);
  }

  @Test
  void aRepositoryBecomesAClassifier() throws IOException {
    Hub hub = repository(TIMM);
    FoundWeights found = FoundWeights.of("hf:a/net", hub);
    assertEquals("hf:a/net", found.label());
    Classifier classifier = found.classifier();
    assertEquals(Architecture.of("cifar_resnet8", 2), classifier.architecture());
    assertEquals(25, classifier.preprocessing().resize());
    assertEquals(List.of("0", "1"), classifier.classes());
  }

  /** Its weights lie in two files, which a mirror has. */
  @Test
  void aRepositoryInSeveralFilesIsFetchedWhole() throws IOException {
    Path mirror = home.resolve("mirror");
    Path folder = Files.createDirectories(mirror.resolve("hf/a/net/main"));
    Files.writeString(folder.resolve("config.json"), TIMM);
    StateDict whole = ResNet.cifar(8, 2, Rng.of(1)).stateDict();
    List<StateDict> parts = List.of(new StateDict(), new StateDict());
    JsonObject map = new JsonObject();
    whole
        .tensors()
        .forEach((name, tensor) -> {
          int part = name.startsWith("layer3") ? 1 : 0;
          parts.get(part).put(name, tensor);
          map.addProperty(name, "model-0000" + part + ".safetensors");
        });
    for (int i = 0; i < 2; i++) {
      Safetensors.write(folder.resolve("model-0000" + i + ".safetensors"), parts.get(i));
    }
    Path index = folder.resolve("model.safetensors.index.json");
    Files.writeString(index, "{\"weight_map\": " + map + "}");
    Path cache = home.resolve("cache");
    Hub hub =
        new Hub(
            cache,
            List.of(mirror.toUri()),
            true,
            List.of(),
            Patience.STANDARD,
            DownloadListener.SILENT);
    FoundWeights found = FoundWeights.of("hf:a/net", hub);
    assertEquals(cache.resolve("hf/a/net/main/" + index.getFileName()), found.file());
    assertArrayEquals(
        whole.get("layer3.0.conv1.weight").toArray(),
        found.classifier().network().stateDict().get("layer3.0.conv1.weight").toArray());
    map.addProperty("fc.weight", "../../secret");
    Files.writeString(found.file(), "{\"weight_map\": " + map + "}");
    IOException e = assertThrows(IOException.class, () -> FoundWeights.of("hf:a/net", hub));
    assertEquals(
        "hf:a/net: model.safetensors.index.json names the file \"../../secret\", which is not"
            + " beside it; refused",
        e.getMessage());
  }

  @Test
  void aRepositoryThatIsNotWhatItSaysIsRefused() throws IOException {
    Hub other = repository(TIMM.replace("cifar_resnet8", "resnet18"));
    IOException e =
        assertThrows(IOException.class, () -> FoundWeights.of("hf:a/net", other).classifier());
    assertEquals("hf:a/net: its weights are a cifar_resnet8's, not a resnet18's", e.getMessage());
    Hub broken = repository("<html>");
    IOException json = assertThrows(IOException.class, () -> FoundWeights.of("hf:a/net", broken));
    assertEquals(
        "hf:a/net: config.json is no JSON object; delete "
            + home.resolve("hf/a/net/main/config.json"),
        json.getMessage());
    Hub unknown = repository(TIMM.replace("cifar_resnet8", "vit_base"));
    IOException name = assertThrows(IOException.class, () -> FoundWeights.of("hf:a/net", unknown));
    assertEquals(
        "hf:a/net: config.json: architecture: unknown name \"vit_base\"",
        name.getMessage().substring(0, name.getMessage().indexOf(';')));
  }
}
