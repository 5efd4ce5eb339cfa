package dev.graft.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.graft.backend.cpu.Parallel;
import dev.graft.models.Architecture;
import dev.graft.nn.Layer;
import dev.graft.plan.InferencePlan;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import dev.graft.testing.SharedData;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Inference plans of whole ResNets answer as the forward pass does, and as torchvision does. */
class GoldenPlansTest {
  private static final int CLASSES = 1000;
  private static final double TOLERANCE = 1e-4;

  private final int threads = Parallel.threads();

  @AfterEach
  void restore() {
    Parallel.setThreads(threads);
  }

  @Tag("every-backend")
  @TestFactory
  Stream<DynamicTest> plansGiveWhatTheForwardPassGives() throws IOException {
    String text = Files.readString(SharedData.golden("models/resnet-keys.json"));
    JsonObject keys = JsonParser.parseString(text).getAsJsonObject();
    FormulaWeights weights = FormulaWeights.read();
    return keys.keySet().stream()
        .map(a -> DynamicTest.dynamicTest(a, () -> checkAgainstForward(a, weights)));
  }

  private static void checkAgainstForward(String arch, FormulaWeights weights) {
    Layer net = build(arch, weights);
    Tensor x = weights.input("input", 2, 3, 40, 40);
    InferencePlan plan = InferencePlan.of(net::apply, x.shape());
    Tensor expected = Autograd.noGrad(() -> net.apply(x));
    Parallel.setThreads(1);
    Tensor one = plan.run(x);
    checkRelative(expected, one);
    for (int n : new int[] {2, 7}) {
      Parallel.setThreads(n);
      assertArrayEquals(one.toArray(), plan.run(x).toArray(), n + " threads");
    }
    assertTrue(
        plan.steps().stream().noneMatch(s -> s.algorithm().equals("operation")), plan.toString());
  }

  @TestFactory
  Stream<DynamicTest> plansGiveTorchvisionsLogits() throws IOException {
    StateDict expected = Weights.load(SharedData.golden("models/resnets.safetensors"));
    FormulaWeights weights = FormulaWeights.read();
    return expected.names().stream()
        .map(n -> n.substring(0, n.indexOf('.')))
        .distinct()
        .map(a -> DynamicTest.dynamicTest(a, () -> checkLogits(a, expected, weights)));
  }

  private static void checkLogits(String arch, StateDict expected, FormulaWeights weights) {
    Layer net = build(arch, weights);
    Tensor x = weights.input("input", 2, 3, 224, 224);
    InferencePlan plan = InferencePlan.of(net::apply, x.shape());
    checkRelative(expected.get(arch + ".logits"), plan.run(x));
  }

  private static Layer build(String arch, FormulaWeights weights) {
    Layer net = Architecture.of(arch, CLASSES).build(null);
    net.load(weights.fill(net.stateDict())).orThrow();
    net.eval();
    return net;
  }

  /** {@code max|a − b| ≤ 1e-4 · max|b|}. */
  private static void checkRelative(Tensor expected, Tensor actual) {
    assertEquals(expected.shape(), actual.shape());
    float[] b = expected.toArray();
    float[] a = actual.toArray();
    double error = 0;
    double size = 0;
    for (int i = 0; i < b.length; i++) {
      double difference = Math.abs((double) a[i] - b[i]);
      error = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(error, difference);
      size = Math.max(size, Math.abs(b[i]));
    }
    assertTrue(
        error <= TOLERANCE * size,
        String.format("differs by %.2e of its largest value", error / size));
  }
}
