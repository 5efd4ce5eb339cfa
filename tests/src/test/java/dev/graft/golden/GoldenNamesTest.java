package dev.graft.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.graft.models.Architecture;
import dev.graft.models.Architecture.StridePlacement;
import dev.graft.models.Backbone;
import dev.graft.models.Head;
import dev.graft.models.ResNet;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import dev.graft.testing.SharedData;
import dev.graft.transfer.DryRun;
import dev.graft.transfer.Trunks;
import dev.graft.weights.Convention;
import dev.graft.weights.Safetensors;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whole ResNets answer the same whichever library's names their weights come under. */
class GoldenNamesTest {
  private static final double TOLERANCE = 1e-4;

  private static final Map<String, UnaryOperator<StateDict>> TIMM =
      Map.of(
          "as they are", state -> state,
          "in a LightningModule", state -> OtherNames.prefixed("model.", state),
          "in a contrastive learner",
              state -> OtherNames.prefixed("encoder_q.", state).put("queue", Tensor.zeros(3, 5)));

  @TestFactory
  Stream<DynamicTest> underHuggingFacesNames() throws IOException {
    return architectures(arch ->
        check(arch, OtherNames::huggingFace, Convention.HUGGING_FACE, StridePlacement.THE_3X3));
  }

  @TestFactory
  Stream<DynamicTest> underTimmsNames() throws IOException {
    return TIMM.entrySet().stream()
        .map(e ->
            DynamicTest.dynamicTest(
                e.getKey(),
                () ->
                    check(
                        "resnet18",
                        e.getValue(),
                        Convention.TORCHVISION,
                        StridePlacement.THE_3X3)));
  }

  /** Keras has no others; its strides lie on the first 1×1, where the reference has them not. */
  @TestFactory
  Stream<DynamicTest> underKerassNames() {
    return Stream.of("resnet50", "resnet101", "resnet152")
        .map(arch ->
            DynamicTest.dynamicTest(
                arch,
                () -> check(arch, OtherNames::keras, Convention.KERAS, StridePlacement.FIRST_1X1)));
  }

  private interface Check {
    void of(String arch) throws IOException;
  }

  private static Stream<DynamicTest> architectures(Check check) throws IOException {
    return Weights.load(SharedData.golden("models/resnets.safetensors")).names().stream()
        .map(n -> n.substring(0, n.indexOf('.')))
        .distinct()
        .map(arch -> DynamicTest.dynamicTest(arch, () -> check.of(arch)));
  }

  private static void check(
      String arch, UnaryOperator<StateDict> renaming, Convention convention, StridePlacement stride)
      throws IOException {
    FormulaWeights formula = FormulaWeights.read();
    Architecture architecture = Architecture.of(arch, 1000);
    StateDict torch = formula.fill(ResNet.of(architecture, null).stateDict());
    Trunks.Trunk loaded;
    Path file = Files.createTempFile("names-", ".safetensors");
    try {
      Safetensors.write(file, renaming.apply(torch));
      DryRun run = DryRun.of(file);
      assertEquals(Optional.of(convention), run.renamed().convention());
      loaded = run.load(Head.keep());
    } finally {
      Files.delete(file);
    }
    assertEquals(architecture.withStride(stride), loaded.architecture());
    Backbone network = loaded.backbone();
    if (stride != StridePlacement.THE_3X3) {
      network = ResNet.of(architecture, null);
      network.load(loaded.backbone().network().stateDict(), Head.keep()).orThrow();
      network.network().eval();
    }
    Backbone asInTorch = network;
    Tensor x = formula.input("input", 2, 3, 224, 224);
    float[] logits = Autograd.noGrad(() -> asInTorch.network().apply(x)).toArray();
    StateDict expected = Weights.load(SharedData.golden("models/resnets.safetensors"));
    float[] values = expected.get(arch + ".logits").toArray();
    float most = 0;
    for (float v : values) {
      most = Math.max(most, Math.abs(v));
    }
    assertArrayEquals(values, logits, (float) (TOLERANCE * most));
  }
}
