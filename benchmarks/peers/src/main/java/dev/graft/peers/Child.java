package dev.graft.peers;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.graft.models.Architecture;
import dev.graft.nn.Layer;
import dev.graft.plan.InferencePlan;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import dev.graft.weights.WeightFile;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What runs in a process of its own: one answer from weights on disk, or work whose memory is
 * watched. Prints one line: the logits' sum and largest value, or kilobytes.
 */
final class Child {
  private static final int MEMORY_CALLS = 12;

  private Child() {}

  public static void main(String[] args) throws IOException, OrtException {
    String contender = args[1];
    String line =
        switch (args[0]) {
          case "cold" -> summary(fromDisk(contender, Path.of(args[2])).get());
          case "infer" -> infer(fromDisk(contender, Path.of(args[2])));
          case "train" -> train(contender, new TrainWork(args[2], Integer.parseInt(args[3])));
          default -> throw new IllegalArgumentException(args[0]);
        };
    System.out.println(line);
    System.out.flush();
    Runtime.getRuntime().halt(0);
  }

  static final String COLD_MODEL = "resnet50";

  /** Any image will do: this one needs no generator. */
  private static float[] image() {
    float[] values = new float[3 * 224 * 224];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 7919 % 1000) / 500f - 1;
    }
    return values;
  }

  /** The network of a file, to be asked again and again about one image. */
  private static Supplier<float[]> fromDisk(String contender, Path file)
      throws IOException, OrtException {
    return switch (contender) {
      case OnnxRuntime.NAME -> onnxRuntime(file);
      case Libtorch.NAME -> libtorch(file);
      default -> graft(file);
    };
  }

  private static Supplier<float[]> graft(Path file) throws IOException {
    Layer network = Architecture.of(COLD_MODEL, 1000).build(null);
    InferencePlan plan;
    try (WeightFile weights = Weights.open(file)) {
      network.adopt(weights.defer()).orThrow();
      plan = InferencePlan.of(network.eval()::apply, Shape.of(1, 3, 224, 224));
    }
    Tensor x = Tensor.of(image(), 1, 3, 224, 224);
    return () -> plan.run(x).toArray();
  }

  private static Supplier<float[]> onnxRuntime(Path file) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    OrtSession session = environment.createSession(file.toString());
    OnnxTensor x =
        OnnxTensor.createTensor(
            environment, FloatBuffer.wrap(image()), new long[] {1, 3, 224, 224});
    return () -> {
      try (OrtSession.Result result = session.run(Map.of("input", x))) {
        FloatBuffer logits = ((OnnxTensor) result.get(0)).getFloatBuffer();
        float[] values = new float[logits.remaining()];
        logits.get(values);
        return values;
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    };
  }

  /** The weights are read by Graft's reader, which is no slower than DJL's own. */
  private static Supplier<float[]> libtorch(Path file) throws IOException {
    NDManager manager = Libtorch.manager();
    TorchResNet network = new TorchResNet(manager, Weights.load(file));
    NDArray x = Libtorch.array(manager, image(), Shape.of(1, 3, 224, 224));
    return () -> network.forward(x, false).toFloatArray();
  }

  private static String summary(float[] logits) {
    double sum = 0;
    float largest = Float.NEGATIVE_INFINITY;
    for (float v : logits) {
      sum += Math.abs(v);
      largest = Math.max(largest, v);
    }
    return sum + " " + largest;
  }

  private static String infer(Supplier<float[]> network) throws IOException {
    for (int i = 0; i < MEMORY_CALLS; i++) {
      network.get();
    }
    return peak();
  }

  private static String train(String name, TrainWork work) throws IOException {
    Contender contender =
        name.equals(Libtorch.NAME)
            ? new TrainContenders.Torch(work)
            : new TrainContenders.Graft(work);
    contender.threads(Runtime.getRuntime().availableProcessors());
    contender.nanos(MEMORY_CALLS);
    return peak();
  }

  private static String peak() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .map(line -> line.replaceAll("\\D", ""))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("memory: no VmHWM in /proc/self/status"));
  }
}
