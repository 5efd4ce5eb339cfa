package dev.graft.cli;

import dev.graft.models.Architecture;
import dev.graft.weights.WeightEntry;
import dev.graft.weights.WeightFile;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code graft inspect}: what a weight file holds. */
@Command(
    name = "inspect",
    description = "Shows the tensors of a weight file and the network that they belong to.")
final class InspectCommand implements Callable<Integer> {
  @Mixin private Common common;

  @Parameters(index = "0", paramLabel = "FILE", description = "A weight file or a saved model.")
  private Path file;

  @Override
  public Integer call() throws IOException {
    Output output = common.output();
    try (WeightFile weights = Weights.open(file)) {
      String network =
          Architecture.recognise(weights.read())
              .map(a -> a.name() + ", " + a.classes() + " classes")
              .orElse("not one that is known here");
      long bytes = Files.size(file);
      output.line("file       %s (%,d bytes)", file, bytes);
      output.line("format     %s", weights.format());
      output.line("network    %s", network);
      output.line("values     %,d in %d tensors", weights.numel(), weights.entries().size());
      if (!weights.wrapping().isEmpty()) {
        output.line("found in   %s", String.join(" / ", weights.wrapping()));
      }
      if (!weights.prefix().isEmpty()) {
        output.line("prefix     %s (taken off)", weights.prefix());
      }
      weights.metadata().forEach((k, v) -> output.line("           %s = %s", k, v));
      output.line("");
      int widest = weights.entries().stream().mapToInt(e -> e.name().length()).max().orElse(0);
      for (WeightEntry e : weights.entries()) {
        output.line("%-" + Math.max(1, widest) + "s  %-5s %s", e.name(), e.dtype(), shape(e));
      }
      output.object(result(weights, network, bytes));
    }
    return 0;
  }

  private static String shape(WeightEntry e) {
    return Arrays.toString(e.shape());
  }

  private Map<String, Object> result(WeightFile weights, String network, long bytes) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("file", file.toString());
    result.put("bytes", bytes);
    result.put("format", weights.format());
    result.put("network", network);
    result.put("values", weights.numel());
    result.put("metadata", weights.metadata());
    List<Map<String, Object>> tensors =
        weights.entries().stream()
            .map(e ->
                Map.<String, Object>of(
                    "name", e.name(), "dtype", e.dtype().toString(), "shape", e.shape()))
            .toList();
    result.put("tensors", tensors);
    return result;
  }
}
