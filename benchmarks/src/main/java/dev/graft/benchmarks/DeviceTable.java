package dev.graft.benchmarks;

import dev.graft.backend.Backend;
import dev.graft.backend.Device;
import dev.graft.backend.DeviceInfo;
import dev.graft.backend.View;
import dev.graft.backend.opencl.ClBackend;
import dev.graft.models.Architecture;
import dev.graft.nn.Layer;
import dev.graft.optim.SGD;
import dev.graft.plan.InferencePlan;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What a device does: products of n×n matrices in TFLOP/s, a network's images per second in
 * inference and in training; beside them the figures of a peer, which stand in its output.
 *
 * <p>Usage: {@code DeviceTable [--device D] [--network resnet50] [--sizes 1024,2048,4096,8192]
 * [--infer 1,32,256] [--train 32,64] [--side 224] [--seconds 2] [--peak TFLOPS] [--peer FILE]}; a
 * peer's file has lines {@code gemm 1024 12.3}, {@code infer 32 900}, {@code train 64 250}.
 */
public final class DeviceTable {
  private final Map<String, String> options = new HashMap<>();
  private final Map<String, Double> peer = new HashMap<>();
  private final Backend backend;
  private final double seconds;

  private DeviceTable(String[] args) throws IOException {
    for (int i = 0; i < args.length; i += 2) {
      if (i + 1 == args.length || !args[i].startsWith("--")) {
        throw new IllegalArgumentException("usage: --option value …; got \"" + args[i] + "\"");
      }
      options.put(args[i].substring(2), args[i + 1]);
    }
    backend = Device.of(option("device", "opencl")).backend();
    seconds = Double.parseDouble(option("seconds", "2"));
    if (options.containsKey("peer")) {
      for (String line : Files.readAllLines(Path.of(options.get("peer")))) {
        String[] words = line.strip().split(" +");
        if (words.length == 3 && words[0].matches("gemm|infer|train")) {
          peer.put(words[0] + " " + words[1], Double.parseDouble(words[2]));
        }
      }
    }
  }

  public static void main(String[] args) throws IOException {
    new DeviceTable(args).print();
  }

  private String option(String name, String otherwise) {
    return options.getOrDefault(name, otherwise);
  }

  private List<Integer> numbers(String name, String otherwise) {
    List<Integer> numbers = new ArrayList<>();
    for (String word : option(name, otherwise).split(",")) {
      if (!word.isBlank()) {
        numbers.add(Integer.parseInt(word.strip()));
      }
    }
    return numbers;
  }

  private void print() {
    for (DeviceInfo info : Device.all()) {
      System.out.println(info);
    }
    System.out.println("measured: " + backend.name());
    System.out.printf("%n%-28s %12s %12s %8s%n", "", "graft", "peer", "of peer");
    double peak = Double.parseDouble(option("peak", "0"));
    for (int n : numbers("sizes", "1024,2048,4096,8192")) {
      double rate = 2.0 * n * n * n / time(product(n)) * 1e-12;
      row("gemm " + n, "TFLOP/s", rate, "%.3f");
      if (peak > 0) {
        System.out.printf(
            Locale.ROOT, "%-28s %11.1f %%%n", "  of the card's fp32 peak", 100 * rate / peak);
      }
    }
    String network = option("network", "resnet50");
    int side = Integer.parseInt(option("side", "224"));
    Layer model = Architecture.of(network, 1000).build(Rng.of(1));
    model.to(backend);
    for (int batch : numbers("infer", "1,32,256")) {
      row("infer " + batch, "images/s", batch / time(inference(model, batch, side)), "%.1f");
    }
    for (int batch : numbers("train", "32,64")) {
      row("train " + batch, "images/s", batch / time(training(model, batch, side)), "%.1f");
    }
    printKernels();
  }

  /** The kernels' times, where {@code -Dgraft.opencl.profile=true}. */
  private void printKernels() {
    if (backend instanceof ClBackend device && !device.profile().isEmpty()) {
      System.out.printf("%nKernels, by the device's clock:%n%s", device.profile());
    }
  }

  private void row(String key, String unit, double value, String format) {
    Double theirs = peer.get(key);
    System.out.printf(
        Locale.ROOT,
        "%-28s %12s %12s %8s%n",
        key + ", " + unit,
        String.format(Locale.ROOT, format, value),
        theirs == null ? "-" : String.format(Locale.ROOT, format, theirs),
        theirs == null ? "-" : String.format(Locale.ROOT, "%.0f %%", 100 * value / theirs));
  }

  private Runnable product(int n) {
    View a = Operands.normal(backend, Layout.rowMajor(Shape.of(1, n, n)));
    View b = Operands.normal(backend, Layout.rowMajor(Shape.of(1, n, n)));
    View out = new View(backend.allocate(n * n), Layout.rowMajor(Shape.of(1, n, n)));
    return () -> backend.matmul().matmul(a, b, null, out);
  }

  private Runnable inference(Layer model, int batch, int side) {
    model.eval();
    Tensor x = Tensor.randn(Rng.of(2), batch, 3, side, side).to(backend);
    InferencePlan plan = InferencePlan.of(model::apply, x.shape(), backend);
    return () -> plan.run(x);
  }

  private Runnable training(Layer model, int batch, int side) {
    Tensor x = Tensor.randn(Rng.of(3), batch, 3, side, side).to(backend);
    int[] labels = new int[batch];
    for (int i = 0; i < batch; i++) {
      labels[i] = i % 1000;
    }
    SGD sgd = new SGD(model.parameters(), 1e-4, 0.9f);
    return () -> {
      model.train();
      Autograd.step(() -> {
        sgd.zeroGrad();
        Functional.crossEntropy(model.apply(x), labels).backward();
        sgd.step();
        return null;
      });
    };
  }

  /** Seconds a call: the median of three rounds of calls, each waiting at its end only. */
  private double time(Runnable body) {
    body.run();
    body.run();
    backend.synchronize();
    long start = System.nanoTime();
    body.run();
    backend.synchronize();
    double once = Math.max(1e-6, (System.nanoTime() - start) * 1e-9);
    int calls = (int) Math.clamp(seconds / 3 / once, 1, 10_000);
    double[] rounds = new double[3];
    for (int r = 0; r < rounds.length; r++) {
      long begin = System.nanoTime();
      for (int i = 0; i < calls; i++) {
        body.run();
      }
      backend.synchronize();
      rounds[r] = (System.nanoTime() - begin) * 1e-9 / calls;
    }
    Arrays.sort(rounds);
    return rounds[1];
  }
}
