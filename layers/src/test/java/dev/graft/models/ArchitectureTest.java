package dev.graft.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.nn.Layer;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitectureTest {
  /** The numbers of parameters are those that torchvision and the CIFAR form's authors state. */
  @ParameterizedTest
  @CsvSource({
    "resnet18, 1000, 11689512",
    "resnet34, 1000, 21797672",
    "resnet50, 1000, 25557032",
    "resnet101, 1000, 44549160",
    "resnet152, 1000, 60192808",
    "resnext50_32x4d, 1000, 25028904",
    "resnext101_32x8d, 1000, 88791336",
    "wide_resnet50_2, 1000, 68883240",
    "cifar_resnet20, 10, 269722",
    "cifar_resnet32, 10, 464154",
    "cifar_resnet44, 10, 658586",
    "cifar_resnet56, 10, 853018",
    "cifar_resnet110, 10, 1727962",
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

  @ParameterizedTest
  @CsvSource({"resnet19", "cifar_resnet21", "resnext18_32x4d", "resnet", "vgg16", "resnet50_2"})
  void unknownNamesAreRefused(String name) {
    Exception e = assertThrows(IllegalArgumentException.class, () -> Architecture.of(name, 10));
    assertTrue(e.getMessage().contains('"' + name + '"'), e::getMessage);
  }
}
