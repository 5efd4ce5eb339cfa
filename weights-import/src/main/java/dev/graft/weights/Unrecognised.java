package dev.graft.weights;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Says what a file that no format recognised seems to be, and what to do about it. */
final class Unrecognised {
  private record Hint(String start, String text) {}

  private static final List<Hint> HINTS =
      List.of(
          new Hint("<", "is a web page, not weights: the download failed; fetch it again"),
          new Hint(
              "version https://git-lfs",
              "is a Git LFS pointer, not the weights; run \"git lfs pull\" to fetch them"),
          new Hint("PK", "is an empty or broken zip archive; fetch it again"),
          new Hint("\u001f\u008b", "is compressed with gzip; decompress it first"),
          new Hint("BZh", "is compressed with bzip2; decompress it first"),
          new Hint("\u00fd7zXZ", "is compressed with xz; decompress it first"),
          new Hint("(\u00b5/\u00fd", "is compressed with zstd; decompress it first"),
          new Hint("7z\u00bc\u00af", "is a 7-Zip archive; unpack it first"),
          new Hint("Rar!", "is a RAR archive; unpack it first"),
          new Hint("GGUF", "is a GGUF file of a language model, which is not read"),
          new Hint(
              "\u0080",
              "is a Python pickle, but not one of torch.save's; in Python save"
                  + " torch.save(model.state_dict(), \"weights.pt\")"));

  private Unrecognised() {}

  static String describe(FileBytes file) {
    if (file.size() == 0) {
      return "is empty; fetch it again";
    }
    for (Hint hint : HINTS) {
      if (file.has(0, hint.start.getBytes(StandardCharsets.ISO_8859_1))) {
        return hint.text;
      }
    }
    if (file.size() <= Long.BYTES) {
      return "has only %d bytes; fetch it again".formatted(file.size());
    }
    return "is no weight file that is known; these are: "
        + Weights.FORMATS.stream().map(WeightFormat::name).collect(Collectors.joining(", "))
        + ", and indexes of shards";
  }
}
