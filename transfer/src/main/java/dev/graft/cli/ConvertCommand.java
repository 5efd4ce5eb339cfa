package dev.graft.cli;

import dev.graft.models.Architecture;
import dev.graft.train.Progress;
import dev.graft.transfer.DownloadBar;
import dev.graft.transfer.FoundWeights;
import dev.graft.transfer.Trunks;
import dev.graft.weights.DType;
import dev.graft.weights.Renamed;
import dev.graft.weights.WeightConverter;
import dev.graft.weights.WeightConverter.Target;
import dev.graft.weights.WeightFile;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
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
      "Writes weights in another format.",
      "Reads all that graft inspect reads; writes safetensors, PyTorch's .pth that torch.load reads"
          + " with weights_only=True, and, of a ResNet, ONNX that computes its outputs. Values stay as"
          + " they are unless --dtype or --names say otherwise."
    })
final class ConvertCommand implements Callable<Integer> {
  private static final long MEGABYTE = 1_000_000;

  /** The formats that are written. */
  enum Format {
    SAFETENSORS,
    PTH,
    ONNX
  }

  /** Whose names the tensors get. */
  enum NameChoice {
    own,
    torchvision
  }

  /** Formats by the usual suffixes of their files. */
  private static final Map<String, Format> SUFFIXES =
      Map.of(
          "safetensors", Format.SAFETENSORS,
          "pth", Format.PTH,
          "pt", Format.PTH,
          "bin", Format.PTH,
          "th", Format.PTH,
          "onnx", Format.ONNX);

  /** The types that floating-point tensors can be written as. */
  private enum Floats {
    F32,
    F16,
    BF16
  }

  @Spec private CommandSpec spec;

  @Mixin private Common common;

  @Parameters(
      index = "0",
      paramLabel = "IN",
      description = "The weights: a file, a name such as resnet50, or hf:OWNER/NAME.")
  private String in;

  @Parameters(index = "1", paramLabel = "OUT", description = "The file to write.")
  private Path out;

  @Option(
      names = "--to",
      paramLabel = "FORMAT",
      description = "safetensors, pth or onnx; by OUT's suffix unless given.")
  private Format to;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      description = "f32, f16 or bf16: write floating-point tensors so; not for onnx.")
  private Floats floats;

  @Option(
      names = "--names",
      description =
          "own: as they are; torchvision: a ResNet's weights under torchvision's names and in"
              + " PyTorch's form, whosever they were (default ${DEFAULT-VALUE}).")
  private NameChoice names = NameChoice.own;

  @Option(
      names = "--size",
      paramLabel = "PIXELS",
      description = "The images' side in an ONNX file (default: what the network was trained on).")
  private int size;

  @Option(names = "--force", description = "Replace OUT if it exists.")
  private boolean force;

  @Override
  public Integer call() throws IOException {
    Format format = format();
    if (format == Format.ONNX && floats != null) {
      throw new IllegalArgumentException("--dtype: onnx files are written as f32");
    }
    if (size < 0) {
      throw new IllegalArgumentException("--size must be positive: " + size);
    }
    checkPlace();
    FoundWeights found = FoundWeights.of(in, DownloadBar.hub());
    checkInput(found.file());
    if (format == Format.ONNX) {
      writeNetwork(found);
    } else if (names == NameChoice.torchvision) {
      writeRenamed(found, format);
    } else {
      writeTensors(found.file(), format);
    }
    return 0;
  }

  private Format format() {
    if (to != null) {
      return to;
    }
    String name = out.getFileName() == null ? "" : out.getFileName().toString();
    String suffix = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    Format format = name.contains(".") ? SUFFIXES.get(suffix) : null;
    if (format == null) {
      throw new ParameterException(
          spec.commandLine(),
          out + ": no format has this suffix; say --to safetensors, --to pth or --to onnx");
    }
    return format;
  }

  private void checkPlace() throws IOException {
    Path folder = out.toAbsolutePath().getParent();
    if (Files.isDirectory(out)) {
      throw new IOException(out + ": is a folder; name the file to write");
    }
    if (folder == null || !Files.isDirectory(folder)) {
      throw new IOException(out + ": its folder does not exist");
    }
  }

  private void checkInput(Path file) throws IOException {
    if (Files.exists(out)) {
      if (Files.exists(file) && Files.isSameFile(file, out)) {
        throw new IOException(out + ": is the file to read as well; write another");
      }
      if (!force) {
        throw new IOException(out + ": exists already; --force replaces it");
      }
    }
  }

  private void writeTensors(Path file, Format format) throws IOException {
    WeightConverter converter =
        new WeightConverter(format == Format.PTH ? Target.PTH : Target.SAFETENSORS);
    if (floats != null) {
      converter = converter.withFloats(DType.valueOf(floats.name()));
    }
    try (WeightFile weights = Weights.open(file)) {
      long bytes = converter.bytes(weights);
      try (Progress progress = progress(bytes)) {
        converter.withProgress(done -> progress.to((int) (done / MEGABYTE))).write(weights, out);
      }
      report(common.output(), weights, format);
    }
  }

  private static Progress progress(long bytes) {
    return Progress.of("megabytes", (int) Math.min(Integer.MAX_VALUE, bytes / MEGABYTE));
  }

  private void report(Output output, WeightFile weights, Format format) throws IOException {
    Map<String, String> lost = format == Format.PTH ? weights.metadata() : Map.of();
    output.line("read       %s (%s, %,d bytes)", in, weights.format(), weights.bytes());
    output.line("wrote      %s (%,d bytes)", out, Files.size(out));
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
    Map<String, Object> result = result(weights.numel(), weights.entries().size());
    result.put("leftOut", weights.skipped());
    result.put("metadataLeftOut", lost);
    output.object(result);
  }

  private Map<String, Object> result(long values, int tensors) throws IOException {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("in", in);
    result.put("out", out.toString());
    result.put("bytes", Files.size(out));
    result.put("values", values);
    result.put("tensors", tensors);
    return result;
  }

  private void writeRenamed(FoundWeights found, Format format) throws IOException {
    DType dtype = floats == null ? null : DType.valueOf(floats.name());
    Renamed renamed = NetworkConversion.torchvision(found, format == Format.PTH, dtype, out);
    long values = renamed.state().numel();
    int tensors = renamed.state().size();
    Output output = common.output();
    output.line("read       %s", in);
    output.line("names      %s", renamed.toString().replace("\n", "\n           "));
    output.line("wrote      %s (%,d bytes)", out, Files.size(out));
    output.line("values     %,d in %,d tensors", values, tensors);
    Map<String, Object> result = result(values, tensors);
    result.put("leftOut", renamed.leftOut());
    output.object(result);
  }

  private void writeNetwork(FoundWeights found) throws IOException {
    Trunks.Trunk trunk = NetworkConversion.onnx(found, size, out);
    Architecture network = trunk.architecture();
    int side = NetworkConversion.side(size, trunk);
    int outputs = network.classes() == 0 ? network.numFeatures() : network.classes();
    Output output = common.output();
    output.line("read       %s", in);
    output.line("network    %s", network);
    output.line("wrote      %s (%,d bytes)", out, Files.size(out));
    output.line(
        "input      [batch, 3, %d, %d], images by %s", side, side, trunk.preprocessing().toText());
    output.line("output     [batch, %,d]", outputs);
    long values = trunk.backbone().network().stateDict().numel();
    Map<String, Object> result = result(values, trunk.backbone().network().stateDict().size());
    result.put("network", network.name());
    result.put("input", List.of("batch", 3, side, side));
    result.put("output", List.of("batch", outputs));
    result.put("preprocessing", trunk.preprocessing().toText());
    output.object(result);
  }
}
