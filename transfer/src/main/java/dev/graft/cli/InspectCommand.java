package dev.graft.cli;

import dev.graft.models.Architecture.StridePlacement;
import dev.graft.models.Recognition;
import dev.graft.tensor.StateDict;
import dev.graft.transfer.DownloadBar;
import dev.graft.transfer.FoundWeights;
import dev.graft.weights.Convention;
import dev.graft.weights.NameMap;
import dev.graft.weights.Renamed;
import dev.graft.weights.WeightEntry;
import dev.graft.weights.WeightFile;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code graft inspect}: what a weight file holds. No tensor's values are read. */
@Command(
    name = "inspect",
    description = {
      "Shows the tensors of a weight file and the network that they belong to.",
      "Files are recognised by their contents: PyTorch's (.pth, .pt, .bin), safetensors, Keras's"
          + " HDF5, NumPy's npz and npy, ONNX, and the index or folder of weights in several files."
    })
final class InspectCommand implements Callable<Integer> {
  private static final String UNKNOWN = "not one that is known here";

  @Mixin private Common common;

  @Parameters(
      index = "0",
      paramLabel = "FILE",
      description =
          "A weight file or a saved model; also a name such as resnet50, or hf:OWNER/NAME.")
  private String what;

  private Path file;

  @Override
  public Integer call() throws IOException {
    Output output = common.output();
    file = FoundWeights.of(what, DownloadBar.hub()).file();
    try (WeightFile weights = Weights.open(file)) {
      String network = network(weights.shapes());
      printSummary(output, weights, network);
      output.line("");
      printTensors(output, weights);
      output.object(result(weights, network));
    }
    return 0;
  }

  /** The network that names and shapes tell of, and whose names they are if not torchvision's. */
  private static String network(StateDict shapes) {
    Renamed renamed;
    try {
      renamed = NameMap.toTorchvision(shapes);
    } catch (IllegalArgumentException contradictory) {
      return UNKNOWN;
    }
    String names =
        renamed
            .convention()
            .filter(c -> c != Convention.TORCHVISION)
            .map(c -> ", " + c.label() + "'s names")
            .orElse("");
    boolean first = renamed.convention().map(Convention::stridesOnFirst1x1).orElse(false);
    return Recognition.of(renamed.state())
        .architecture()
        .map(a -> first ? a.withStride(StridePlacement.FIRST_1X1) : a)
        .map(a -> a + names)
        .orElse(UNKNOWN);
  }

  private void printSummary(Output output, WeightFile weights, String network) {
    output.line("file       %s (%,d bytes)", file, weights.bytes());
    output.line("format     %s", weights.format());
    output.line("network    %s", network);
    output.line("values     %,d in %,d tensors", weights.numel(), weights.entries().size());
    output.line("types      %s", types(weights));
    if (!weights.wrapping().isEmpty()) {
      output.line("found in   %s", String.join(" / ", weights.wrapping()));
    }
    if (!weights.prefix().isEmpty()) {
      output.line("prefix     %s (taken off)", weights.prefix());
    }
    if (!weights.skipped().isEmpty()) {
      output.line("not read   %s", names(weights.skipped()));
    }
    String title = "metadata";
    for (Map.Entry<String, String> entry : weights.metadata().entrySet()) {
      output.line("%-10s %s = %s", title, plain(entry.getKey()), plain(entry.getValue()));
      title = "";
    }
  }

  /** The number of tensors of each type, in order of appearance. */
  private static String types(WeightFile weights) {
    Map<String, Long> counts =
        weights.entries().stream()
            .collect(
                Collectors.groupingBy(
                    e -> e.dtype().name(), LinkedHashMap::new, Collectors.counting()));
    return counts.entrySet().stream()
        .map(e -> e.getValue() + " " + e.getKey())
        .collect(Collectors.joining(", "));
  }

  private static String names(List<String> names) {
    int shown = Math.min(names.size(), 8);
    String text =
        names.stream().limit(shown).map(InspectCommand::plain).collect(Collectors.joining(", "));
    return shown == names.size() ? text : text + " and %,d more".formatted(names.size() - shown);
  }

  private static void printTensors(Output output, WeightFile weights) {
    Map<String, String> tied = weights.tied();
    int name = "total".length();
    int shape = "shape".length();
    for (WeightEntry e : weights.entries()) {
      name = Math.max(name, plain(e.name()).length());
      shape = Math.max(shape, Arrays.toString(e.shape()).length());
    }
    String row = "%-" + name + "s  %-7s  %-" + shape + "s  %14s  %14s%s";
    output.line(row, "tensor", "type", "shape", "values", "bytes", "");
    long bytes = 0;
    for (WeightEntry e : weights.entries()) {
      String first = tied.get(e.name());
      bytes += first == null ? e.bytes() : 0;
      output.line(
          row,
          plain(e.name()),
          e.dtype(),
          Arrays.toString(e.shape()),
          "%,d".formatted(e.numel()),
          "%,d".formatted(e.bytes()),
          first == null ? "" : "  same as " + plain(first));
    }
    output.line(row, "total", "", "", "%,d".formatted(weights.numel()), "%,d".formatted(bytes), "");
  }

  /** Text from the file without what would move a terminal's cursor. */
  private static String plain(String text) {
    return text.codePoints()
        .map(c ->
            Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '\uFFFD' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private Map<String, Object> result(WeightFile weights, String network) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("file", file.toString());
    result.put("bytes", weights.bytes());
    result.put("format", weights.format());
    result.put("network", network);
    result.put("values", weights.numel());
    result.put("foundIn", weights.wrapping());
    result.put("prefix", weights.prefix());
    result.put("notRead", weights.skipped());
    result.put("metadata", weights.metadata());
    result.put("tied", weights.tied());
    List<Map<String, Object>> tensors =
        weights.entries().stream()
            .map(e -> {
              Map<String, Object> tensor = new LinkedHashMap<>();
              tensor.put("name", e.name());
              tensor.put("dtype", e.dtype().toString());
              tensor.put("shape", e.shape());
              tensor.put("bytes", e.bytes());
              return tensor;
            })
            .toList();
    result.put("tensors", tensors);
    return result;
  }
}
