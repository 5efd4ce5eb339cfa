import dev.graft.models.Architecture;
import dev.graft.models.ResNet;
import dev.graft.tensor.Rng;
import dev.graft.weights.Safetensors;
import dev.graft.weights.TorchSave;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Writes ResNet-50's weights, or loads them into the network and says how long it takes and how
 * much memory: the first time in this process, the median of further times, and the process's peak
 * (of which mapped pages of the file are a part that the system can take back at any moment).
 */
final class MeasureLoading {
  private static final int RUNS = 9;

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
    double[] seconds = new double[RUNS];
    long peak = 0;
    for (int i = 0; i < RUNS; i++) {
      long start = System.nanoTime();
      network.load(Weights.load(path)).orThrow();
      seconds[i] = (System.nanoTime() - start) * 1e-9;
      peak = i == 0 ? status("VmHWM") : peak;
    }
    double first = seconds[0];
    Arrays.sort(seconds);
    System.out.printf(
        "graft  %-22s first %4.0f ms, median of %d: %3.0f ms; memory before %d MB, at its peak"
            + " in the first %d MB%n",
        path.getFileName(), first * 1e3, RUNS, seconds[RUNS / 2] * 1e3, before, peak);
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
