import dev.graft.models.Architecture;
import dev.graft.models.ResNet;
import dev.graft.tensor.Rng;
import dev.graft.weights.Safetensors;
import dev.graft.weights.TorchSave;
import dev.graft.weights.WeightFile;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Writes ResNet-50's weights, or loads them into the network and says how long it takes and how
 * much memory: the first time in this process, the median and the quartiles of further times, and
 * the process's peak; and how long after the process's start the first weights were there.
 *
 * <p>Usage: {@code write FOLDER}, or {@code into FILE} straight into the network's tensors, or
 * {@code load FILE} with a state dict in between, as torch does.
 */
final class MeasureLoading {
  private static final int RUNS = 20;

  private MeasureLoading() {}

  public static void main(String[] arguments) throws IOException {
    Path path = Path.of(arguments[1]);
    if (arguments[0].equals("write")) {
      ResNet network = Architecture.of("resnet50", 1000).build(Rng.of(1));
      TorchSave.write(path.resolve("resnet50.pth"), network.stateDict());
      Safetensors.write(path.resolve("resnet50.safetensors"), network.stateDict());
      return;
    }
    ResNet network = Architecture.of("resnet50", 1000).build(null);
    long before = status("VmRSS");
    double first = load(arguments[0], network, path);
    long peak = status("VmHWM");
    double started = System.currentTimeMillis() - Long.parseLong(System.getenv("STARTED"));
    double[] seconds = new double[RUNS];
    for (int i = 0; i < RUNS; i++) {
      seconds[i] = load(arguments[0], network, path);
    }
    Arrays.sort(seconds);
    System.out.printf(
        "graft %s  %-22s %3.0f ms (%.0f to %.0f), first %.0f; %d MB before, %d MB at its peak;"
            + " %.0f ms after the start%n",
        arguments[0],
        path.getFileName(),
        seconds[RUNS / 2] * 1e3,
        seconds[RUNS / 4] * 1e3,
        seconds[3 * RUNS / 4] * 1e3,
        first * 1e3,
        before,
        peak,
        started);
  }

  private static double load(String how, ResNet network, Path path) throws IOException {
    long start = System.nanoTime();
    if (how.equals("into")) {
      try (WeightFile file = Weights.open(path)) {
        file.readInto(network.stateDict().tensors());
      }
    } else {
      network.load(Weights.load(path)).orThrow();
    }
    return (System.nanoTime() - start) * 1e-9;
  }

  /** A figure of this process in megabytes; 0 where there is no /proc. */
  private static long status(String name) throws IOException {
    Path file = Path.of("/proc/self/status");
    if (!Files.exists(file)) {
      return 0;
    }
    for (String line : Files.readAllLines(file)) {
      if (line.startsWith(name + ":")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) >> 10;
      }
    }
    return 0;
  }
}
