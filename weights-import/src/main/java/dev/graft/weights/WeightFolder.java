package dev.graft.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Finds the weights in a folder that was fetched as a whole, such as a Hugging Face repository. */
final class WeightFolder {
  /** What they are called, best first. */
  private static final List<String> NAMES =
      List.of(
          "model.safetensors",
          "model.safetensors.index.json",
          "pytorch_model.bin",
          "pytorch_model.bin.index.json");

  private static final List<String> SUFFIXES =
      List.of(".safetensors.index.json", ".bin.index.json");

  private WeightFolder() {}

  /**
   * The weight file in a folder, or the index of several.
   *
   * @throws WeightFormatException if there is none, or it is not clear which one is meant
   */
  static Path find(Path folder) throws IOException {
    for (String name : NAMES) {
      if (Files.isRegularFile(folder.resolve(name))) {
        return folder.resolve(name);
      }
    }
    for (String suffix : SUFFIXES) {
      List<Path> found;
      try (Stream<Path> files = Files.list(folder)) {
        found = files.filter(f -> f.getFileName().toString().endsWith(suffix)).sorted().toList();
      }
      if (found.size() == 1) {
        return found.getFirst();
      }
      if (found.size() > 1) {
        throw new WeightFormatException(
            folder.toString(),
            "holds %d indexes of shards, %s and %s among them; name the one that is meant"
                .formatted(found.size(), found.get(0).getFileName(), found.get(1).getFileName()));
      }
    }
    throw new WeightFormatException(
        folder.toString(),
        "is a folder without "
            + String.join(", ", NAMES)
            + "; name the weight file itself (.pth, .pt, .safetensors)");
  }
}
