package dev.graft.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.models.Architecture;
import dev.graft.models.ResNet;
import dev.graft.nn.Layer;
import dev.graft.op.PoolParams;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Functional;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import dev.graft.testing.SharedData;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Whole ResNets answer, and take a training step, as torchvision's do. */
class GoldenResNetsTest {
  private static final int CLASSES = 1000;
  private static final double TOLERANCE = 1e-4;

  @TestFactory
  Stream<DynamicTest> namesAndShapesAreTorchvisionsInItsOrder() throws IOException {
    String text = Files.readString(SharedData.golden("models/resnet-keys.json"));
    JsonObject keys = JsonParser.parseString(text).getAsJsonObject();
    return keys.entrySet().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> checkNames(e.getKey(), e.getValue())));
  }

  private static void checkNames(String arch, JsonElement keys) {
    List<String> expected = new ArrayList<>();
    keys.getAsJsonObject()
        .entrySet()
        .forEach(e -> expected.add(e.getKey() + " " + shape(e.getValue().getAsJsonArray())));
    List<String> actual = new ArrayList<>();
    build(arch).stateDict().tensors().forEach((n, t) -> actual.add(n + " " + t.shape()));
    assertEquals(expected, actual);
  }

  private static String shape(JsonArray dims) {
    return dims.asList().stream().map(JsonElement::getAsInt).toList().toString();
  }

  @TestFactory
  Stream<DynamicTest> valuesAreTorchvisions() throws IOException {
    StateDict expected = Weights.load(SharedData.golden("models/resnets.safetensors"));
    FormulaWeights weights = FormulaWeights.read();
    return expected.names().stream()
        .map(n -> n.substring(0, n.indexOf('.')))
        .distinct()
        .map(a -> DynamicTest.dynamicTest(a, () -> checkValues(a, expected, weights)));
  }

  private static void checkValues(String arch, StateDict expected, FormulaWeights weights) {
    checkValues(arch, expected, weights, Backends.cpu());
  }

  static void checkValues(
      String arch, StateDict expected, FormulaWeights weights, Backend backend) {
    ResNet net = build(arch);
    net.load(weights.fill(net.stateDict())).orThrow();
    net.to(backend);
    net.eval();
    Tensor x = weights.input("input", 2, 3, 224, 224).to(backend);
    Autograd.noGrad(() -> {
      Map<String, Layer> parts = net.children();
      Tensor y = parts.get("bn1").apply(parts.get("conv1").apply(x)).relu();
      y = Functional.maxPool2d(y, PoolParams.of(3).withStride(2).withPadding(1));
      for (int stage = 1; stage <= 4; stage++) {
        y = parts.get("layer" + stage).apply(y);
        String name = arch + ".layer" + stage + ".mean";
        checkRelative(name, expected.get(name), y.mean(0, 2, 3));
      }
      Tensor features = net.features(x);
      checkRelative("avgpool", expected.get(arch + ".avgpool"), features);
      Tensor logits = parts.get("fc").apply(features);
      checkRelative("logits", expected.get(arch + ".logits"), logits);
    });
  }

  @Test
  void aCheckpointOfTorchSaveGivesTheSameLogits() throws IOException {
    StateDict expected = Weights.load(SharedData.golden("models/resnets.safetensors"));
    ResNet net = build("resnet18");
    net.load(Weights.load(SharedData.golden("checkpoints/resnet18-zip.pth"))).orThrow();
    net.eval();
    Tensor x = FormulaWeights.read().input("input", 2, 3, 224, 224);
    Tensor logits = Autograd.noGrad(() -> net.apply(x));
    checkRelative("logits", expected.get("resnet18.logits"), logits);
  }

  @Test
  void aTrainingStepOfResnet18() throws IOException {
    checkTrainingStep(Backends.cpu());
  }

  static void checkTrainingStep(Backend backend) throws IOException {
    StateDict expected = Weights.load(SharedData.golden("models/resnet18-train-step.safetensors"));
    FormulaWeights weights = FormulaWeights.read();
    ResNet net = build("resnet18");
    net.load(weights.fill(net.stateDict())).orThrow();
    net.to(backend);
    Tensor x = weights.input("train-input", 4, 3, 64, 64).to(backend);
    Tensor loss = Functional.crossEntropy(net.train().apply(x), new int[] {1, 10, 100, 999});
    loss.backward();
    StateDict state = net.stateDict();
    expected.tensors().forEach((name, value) -> checkStep(name, value, loss, state));
  }

  private static void checkStep(String name, Tensor expected, Tensor loss, StateDict state) {
    String rest = name.substring(name.indexOf('.') + 1);
    Tensor actual =
        switch (name.substring(0, name.length() - rest.length())) {
          case "" -> loss.reshape(expected.shape());
          case "gradnorm." -> norm(state.get(rest).grad()).reshape(expected.shape());
          case "grad." -> state.get(rest).grad();
          case "buffer." -> state.get(rest);
          default -> throw new AssertionError("unknown kind of reference value: " + name);
        };
    checkRelative(name, expected, actual);
  }

  private static Tensor norm(Tensor x) {
    double sum = 0;
    for (float v : x.toArray()) {
      sum += (double) v * v;
    }
    return Tensor.scalar((float) Math.sqrt(sum));
  }

  /** {@code max|a − b| ≤ 1e-4 · max|b|}: no floor, since logits and gradients may be small. */
  private static void checkRelative(String what, Tensor expected, Tensor actual) {
    assertEquals(expected.shape(), actual.shape(), what + ": shape");
    float[] b = expected.toArray();
    float[] a = actual.toArray();
    double error = 0;
    double size = 0;
    for (int i = 0; i < b.length; i++) {
      double difference = Math.abs((double) a[i] - b[i]);
      error = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(error, difference);
      size = Math.max(size, Math.abs(b[i]));
    }
    if (error > TOLERANCE * size) {
      throw new AssertionError(
          String.format(
              "%s: differs by %.2e of its largest value, allowed %.0e",
              what, error / size, TOLERANCE));
    }
  }

  private static ResNet build(String arch) {
    Layer network = Architecture.of(arch, CLASSES).build(null);
    return (ResNet) network;
  }
}
