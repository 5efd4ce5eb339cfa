package dev.graft.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.models.Architecture.Block;
import dev.graft.models.Architecture.Shortcut;
import dev.graft.models.Architecture.StridePlacement;
import dev.graft.nn.Layer;
import dev.graft.tensor.Rng;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitectureTest {
  /**
   * The numbers of parameters are those that torchvision, timm and the CIFAR form's authors state.
   */
  @ParameterizedTest
  @CsvSource({
    "resnet18, 1000, 11689512",
    "resnet34, 1000, 21797672",
    "resnet50, 1000, 25557032",
    "resnet101, 1000, 44549160",
    "resnet152, 1000, 60192808",
    "resnext50_32x4d, 1000, 25028904",
    "resnext101_32x8d, 1000, 88791336",
    "resnext101_64x4d, 1000, 83455272",
    "wide_resnet50_2, 1000, 68883240",
    "wide_resnet101_2, 1000, 126886696",
    "resnet10t, 1000, 5435488",
    "resnet14t, 1000, 10081632",
    "resnet18d, 1000, 11708744",
    "resnet26, 1000, 15995176",
    "resnet26d, 1000, 16014408",
    "resnet26t, 1000, 16011872",
    "resnet34d, 1000, 21816904",
    "resnet50c, 1000, 25576264",
    "resnet50d, 1000, 25576264",
    "resnet50s, 1000, 25680808",
    "resnet50t, 1000, 25573728",
    "resnext50d_32x4d, 1000, 25048136",
    "cifar_resnet20, 10, 269722",
    "cifar_resnet32, 10, 464154",
    "cifar_resnet44, 10, 658586",
    "cifar_resnet56, 10, 853018",
    "cifar_resnet110, 10, 1727962",
    "cifar_resnet1202, 10, 19421274",
  })
  void buildsAndRecognises(String name, int classes, long parameters) {
    Architecture architecture = Architecture.of(name, classes);
    Layer network = architecture.build(null);
    assertEquals(parameters, network.numParameters());
    assertEquals(Optional.of(architecture), Architecture.recognise(network.stateDict()));
    assertEquals(name, architecture.name());
  }

  @ParameterizedTest
  @CsvSource({"resnet50, 2048", "cifar_resnet20, 64"})
  void withoutAHeadThereIsNoneInTheStateDict(String name, int features) {
    Architecture architecture = Architecture.of(name, 0);
    Layer network = architecture.build(null);
    Backbone backbone = (Backbone) network;
    assertEquals(features, backbone.numFeatures());
    assertTrue(
        network.stateDict().names().stream().noneMatch(n -> n.startsWith(backbone.headName())));
    assertEquals(Optional.of(architecture), Architecture.recognise(network.stateDict()));
  }

  @Test
  void otherNetworksAreNotRecognised() {
    assertEquals(Optional.empty(), Architecture.recognise(new StateDict()));
    StateDict grey = Architecture.of("cifar_resnet20", 10).build(null).stateDict();
    grey.put("conv1.weight", Tensor.zeros(16, 1, 3, 3));
    assertEquals(Optional.empty(), Architecture.recognise(grey));
    StateDict wider = Architecture.of("resnet18", 10).build(null).stateDict();
    wider.put("layer1.0.conv2.weight", Tensor.zeros(80, 80, 3, 3));
    assertEquals(Optional.empty(), Architecture.recognise(wider));
  }

  /** All but the two whose weights take gigabytes, and differ in a number only. */
  @Test
  void everyNameInTheTableIsRecognisedFromItsShapes() {
    Set<String> huge = Set.of("resnext101_32x16d", "resnext101_32x32d");
    for (String name : Architecture.names().stream().filter(n -> !huge.contains(n)).toList()) {
      Architecture architecture = Architecture.of(name, 1);
      assertEquals(
          Optional.of(architecture),
          Architecture.recognise(architecture.build(null).stateDict()),
          name);
    }
  }

  @Test
  void theStridesPlaceIsPartOfTheNameAndCannotBeRecognised() {
    Architecture v1 = Architecture.of("resnet50_stride1x1", 10);
    assertEquals(StridePlacement.FIRST_1X1, v1.stride());
    assertEquals("resnet50_stride1x1", v1.name());
    assertEquals("resnet50_stride1x1, 10 classes", v1.toString());
    Recognition found = Recognition.of(v1.build(null).stateDict());
    assertEquals(Optional.of(Architecture.of("resnet50", 10)), found.architecture());
    assertEquals(List.of(Recognition.STRIDE), found.assumed());
    StateDict basic = Architecture.of("resnet18", 10).build(null).stateDict();
    assertEquals(List.of(), Recognition.of(basic).assumed());
  }

  @Test
  void theStrideChangesTheAnswerAndNothingElse() {
    ResNet late = ResNet.of(Architecture.of("resnet26", 3), Rng.of(1));
    ResNet early = ResNet.of(Architecture.of("resnet26_stride1x1", 3), Rng.of(2));
    early.load(late.stateDict()).orThrow();
    Tensor x = Tensor.randn(Rng.of(3), 1, 3, 64, 64);
    float[] a = late.eval().apply(x).toArray();
    float[] b = early.eval().apply(x).toArray();
    assertTrue(Math.abs(a[0] - b[0]) > 1e-4, "the same answer " + a[0]);
  }

  @Test
  void aNetworkWithoutANameIsDescribed() {
    Architecture small =
        new Architecture(
            Block.BOTTLENECK,
            List.of(1, 2),
            32,
            4,
            8,
            new Stem(List.of(8, 8, 16), false),
            Shortcut.AVERAGE,
            StridePlacement.FIRST_1X1,
            5);
    assertEquals(
        "resnet[1-2] of bottleneck blocks, width 32, 4x8, stem 8-8-16, average shortcuts_stride1x1",
        small.name());
    assertEquals(
        Optional.of(small.withStride(StridePlacement.THE_3X3)),
        Architecture.recognise(small.build(null).stateDict()));
  }

  @Test
  void whyANetworkIsNotRecognised() {
    StateDict state = Architecture.of("resnet50", 10).build(null).stateDict();
    state.put("layer1.0.se.fc1.weight", Tensor.zeros(16, 256, 1, 1));
    assertEquals(
        "it has layer1.0.se.fc1.weight, which no ResNet here has", Recognition.of(state).reason());
    StateDict grey = Architecture.of("resnet18", 10).build(null).stateDict();
    grey.put("conv1.weight", Tensor.zeros(64, 1, 7, 7));
    assertEquals("its images have 1 channels, not 3", Recognition.of(grey).reason());
    StateDict wider = Architecture.of("resnet18", 10).build(null).stateDict();
    wider.put("layer3.0.conv2.weight", Tensor.zeros(80, 80, 3, 3));
    assertEquals(
        "layer3.0.conv2.weight is [80, 80, 3, 3] where [256, 256, 3, 3] would follow",
        Recognition.of(wider).reason());
  }

  @Test
  void wrongNumbersAreRefused() {
    Architecture plain = Architecture.of("resnet18", 10);
    var none = assertThrows(IllegalArgumentException.class, () -> plain.withClasses(-1));
    assertEquals(
        "architecture: needs blocks and a width of at least 1, and classes of at least 0: blocks"
            + " [2, 2, 2, 2], width 64, classes -1",
        none.getMessage());
    var stem = assertThrows(IllegalArgumentException.class, () -> new Stem(List.of(1, 2), false));
    assertEquals(
        "stem: needs one or three convolutions, one in the small form: channels [1, 2]",
        stem.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "resnet19",
    "cifar_resnet21",
    "resnext18_32x4d",
    "resnet",
    "vgg16",
    "resnet50_2",
    "resnet18_stride1x1"
  })
  void unknownNamesAreRefused(String name) {
    Exception e = assertThrows(IllegalArgumentException.class, () -> Architecture.of(name, 10));
    assertTrue(e.getMessage().contains('"' + name + '"'), e::getMessage);
  }
}
