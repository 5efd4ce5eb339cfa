package dev.graft.cli;

import dev.graft.train.Progress;
import dev.graft.weights.DType;
import dev.graft.weights.WeightConverter;
import dev.graft.weights.WeightConverter.Target;
import dev.graft.weights.WeightFile;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code graft convert}: weights from one format into another. */
@Command(
    name = "convert",
    description = {
      "Writes the weights of a file in another format.",
      "Reads all that graft inspect reads; writes safetensors, and PyTorch's .pth that torch.load"
          + " reads with weights_only=True. Values stay as they are unless --dtype says otherwise."
    })
final class ConvertCommand implements Callable<Integer> {
  private static final long MEGABYTE = 1_000_000;

  /** Formats by the usual suffixes of their files. */
  private static final Map<String, Target> SUFFIXES =
      Map.of(
          "safetensors", Target.SAFETENSORS,
          "pth", Target.PTH,
          "pt", Target.PTH,
          "bin", Target.PTH,
          "th", Target.PTH);

  /** The types that floating-point tensors can be written as. */
  private enum Floats {
    F32,
    F16,
    BF16
  }

  @Spec private CommandSpec spec;

  @Mixin private Common common;

  @Parameters(index = "0", paramLabel = "IN", description = "The weight file to read.")
  private Path in;

  @Parameters(index = "1", paramLabel = "OUT", description = "The file to write.")
  private Path out;

  @Option(
      names = "--to",
      paramLabel = "FORMAT",
      description = "safetensors or pth; by OUT's suffix unless given.")
  private Target to;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description = "f32, f16 or bf16: write floating-point tensors so.")
  private Floats floats;

  @Option(names = "--force", description = "Replace OUT if it exists.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    Output output = common.output();
    WeightConverter converter = new WeightConverter(target());
    if (floats != null) {
      converter = converter.withFloats(DType.valueOf(floats.name()));
    }
    checkPlace();
    try (WeightFile weights = Weights.open(in)) {
      long bytes = converter.bytes(weights);
      try (Progress progress = progress(bytes)) {
        converter.withProgress(done -> progress.to((int) (done / MEGABYTE))).write(weights, out);
      }
      report(output, weights);
    }
    return 0;
  }

  private Target target() {
    if (to != null) {
      return to;
    }
    String name = out.getFileName() == null ? "" : out.getFileName().toString();
    String suffix = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    Target target = name.contains(".") ? SUFFIXES.get(suffix) : null;
    if (target == null) {
      throw new ParameterException(
          spec.commandLine(),
          out + ": no format has this suffix; say --to safetensors or --to pth");
    }
    return target;
  }

  private void checkPlace() throws IOException {
    Path folder = out.toAbsolutePath().getParent();
    if (Files.isDirectory(out)) {
      throw new IOException(out + ": is a folder; name the file to write");
    }
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException(out + ": its folder does not exist");
    }
    if (Files.exists(out)) {
      if (Files.exists(in) && Files.isSameFile(in, out)) {
        throw new IOException(out + ": is the file to read as well; write another");
      }
      if (!force) {
        throw new IOException(out + ": exists already; --force replaces it");
      }
    }
  }

  private static Progress progress(long bytes) {
    return Progress.of("megabytes", (int) Math.min(Integer.MAX_VALUE, bytes / MEGABYTE));
  }

  private void report(Output output, WeightFile weights) throws IOException {
    long written = Files.size(out);
    Map<String, String> lost = target() == Target.PTH ? weights.metadata() : Map.of();
    output.line("read       %s (%s, %,d bytes)", in, weights.format(), weights.bytes());
    output.line("wrote      %s (%,d bytes)", out, written);
    output.line("values     %,d in %,d tensors", weights.numel(), weights.entries().size());
    if (!weights.prefix().isEmpty()) {
      output.line("prefix     %s (taken off)", weights.prefix());
    }
    if (!weights.skipped().isEmpty()) {
      output.line("left out   %,d things that are no tensors", weights.skipped().size());
    }
    if (!lost.isEmpty()) {
      output.line(
          "left out   metadata, which .pth has no place for: %s", String.join(", ", lost.keySet()));
    }
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("in", in.toString());
    result.put("out", out.toString());
    result.put("bytes", written);
    result.put("values", weights.numel());
    result.put("tensors", weights.entries().size());
    result.put("leftOut", weights.skipped());
    result.put("metadataLeftOut", lost);
    output.object(result);
  }
}
