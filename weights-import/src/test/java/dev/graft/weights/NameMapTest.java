package dev.graft.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.graft.tensor.Shape;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Names of all conventions, a few at a time; whole networks are in the tests that cross modules.
 */
class NameMapTest {
  private static StateDict state(String... names) {
    StateDict state = new StateDict();
    for (String name : names) {
      state.put(name, Tensor.ones(2));
    }
    return state;
  }

  private static String mapped(String anchor, String name) {
    Renamed renamed = NameMap.toTorchvision(state(anchor, name));
    return renamed.sources().entrySet().stream()
        .filter(e -> e.getValue().equals(name))
        .map(e -> e.getKey())
        .findFirst()
        .orElse("left out");
  }

  @ParameterizedTest
  @CsvSource({
    "conv1.weight, conv1.weight",
    "conv1.6.weight, conv1.6.weight",
    "layer3.22.bn2.running_var, layer3.22.bn2.running_var",
    "layer4.0.downsample.1.num_batches_tracked, layer4.0.downsample.1.num_batches_tracked",
    "layer2.0.shortcut.0.weight, layer2.0.downsample.0.weight",
    "linear.bias, fc.bias",
    "head.fc.weight, fc.weight",
    "something.else, something.else"
  })
  void torchvisions(String name, String expected) {
    assertEquals(expected, mapped("layer1.0.conv1.weight", name));
  }

  @ParameterizedTest
  @CsvSource({
    "resnet.embedder.embedder.convolution.weight, conv1.weight",
    "resnet.embedder.embedder.normalization.running_mean, bn1.running_mean",
    "resnet.encoder.stages.3.layers.2.layer.2.normalization.bias, layer4.2.bn3.bias",
    "resnet.encoder.stages.2.layers.22.layer.1.convolution.weight, layer3.22.conv2.weight",
    "resnet.encoder.stages.1.layers.0.shortcut.convolution.weight, layer2.0.downsample.0.weight",
    "resnet.encoder.stages.1.layers.0.shortcut.normalization.weight, layer2.0.downsample.1.weight",
    "classifier.1.weight, fc.weight",
    "decoder.weight, left out"
  })
  void huggingFaces(String name, String expected) {
    assertEquals(
        expected, mapped("resnet.encoder.stages.0.layers.0.layer.0.convolution.weight", name));
  }

  @Test
  void huggingFacesWithoutAHeadHasNoPrefix() {
    Renamed renamed =
        NameMap.toTorchvision(
            state(
                "encoder.stages.0.layers.0.layer.0.convolution.weight",
                "embedder.embedder.convolution.weight"));
    assertEquals(Optional.of(Convention.HUGGING_FACE), renamed.convention());
    assertEquals("", renamed.prefix());
    assertEquals(
        List.of("layer1.0.conv1.weight", "conv1.weight"), List.copyOf(renamed.state().names()));
  }

  @ParameterizedTest
  @CsvSource({
    "conv1_bn/conv1_bn/beta:0, bn1.bias",
    "conv3_block4_2_bn/conv3_block4_2_bn/moving_variance:0, layer2.3.bn2.running_var",
    "conv5_block1_0_bn/conv5_block1_0_bn/gamma:0, layer4.0.downsample.1.weight",
    "predictions/predictions/bias:0, fc.bias",
    "probs/probs/bias:0, fc.bias"
  })
  void kerass(String name, String expected) {
    StateDict state = state(name);
    state.put("conv2_block1_1_conv/conv2_block1_1_conv/kernel:0", Tensor.zeros(1, 1, 3, 2));
    Renamed renamed = NameMap.toTorchvision(state);
    assertEquals(name, renamed.sources().get(expected));
    assertEquals(Shape.of(2, 3, 1, 1), renamed.state().get("layer1.0.conv1.weight").shape());
  }

  @Test
  void kerassInsideAnotherModel() {
    StateDict state = new StateDict();
    state.put("resnet50/conv2_block1_1_conv/kernel:0", Tensor.zeros(1, 1, 3, 2));
    state.put("dense/dense/kernel:0", Tensor.zeros(4, 5));
    Renamed renamed = NameMap.toTorchvision(state);
    assertEquals("resnet50.", renamed.prefix());
    assertEquals(List.of("dense/dense/kernel:0"), renamed.leftOut());
    assertEquals(List.of("layer1.0.conv1.weight"), List.copyOf(renamed.state().names()));
  }

  @ParameterizedTest
  @CsvSource({
    "bn_conv1.beta, bn1.bias",
    "res4f_branch2b.bias, layer3.5.conv2.bias",
    "bn3a_branch1.gamma, layer2.0.downsample.1.weight",
    "fc1000.bias, fc.bias"
  })
  void keras2015s(String name, String expected) {
    StateDict state = state(name);
    state.put("res2a_branch2a.kernel", Tensor.zeros(1, 1, 3, 2));
    assertEquals(name, NameMap.toTorchvision(state).sources().get(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "backbone.0.weight, conv1.weight",
    "backbone.1.running_var, bn1.running_var",
    "backbone.7.2.bn3.bias, layer4.2.bn3.bias",
    "backbone.5.0.downsample.0.weight, layer2.0.downsample.0.weight",
    "backbone.9.bias, fc.bias",
    "projector.0.weight, left out"
  })
  void childrenInASequential(String name, String expected) {
    assertEquals(expected, mapped("backbone.4.0.conv1.weight", name));
  }

  @ParameterizedTest
  @CsvSource({"model., model.", "net.encoder_q., net.encoder_q.", "module., module.", "'', ''"})
  void whatStandsInFrontComesOff(String prefix, String expected) {
    StateDict state =
        state(prefix + "conv1.weight", prefix + "layer1.0.conv1.weight", prefix + "fc.weight");
    Renamed renamed = NameMap.toTorchvision(state);
    assertEquals(expected, renamed.prefix());
    assertEquals(
        List.of("conv1.weight", "layer1.0.conv1.weight", "fc.weight"),
        List.copyOf(renamed.state().names()));
    assertEquals(List.of(), renamed.leftOut());
    assertSame(state.get(prefix + "fc.weight"), renamed.state().get("fc.weight"));
  }

  @Test
  void ofSeveralNetworksTheFirstIsTaken() {
    StateDict state =
        state(
            "encoder_q.layer1.0.conv1.weight",
            "encoder_q.fc.weight",
            "encoder_k.layer1.0.conv1.weight",
            "queue",
            "queue_ptr",
            "criterion.weight",
            "temperature");
    Renamed renamed = NameMap.toTorchvision(state);
    assertEquals(
        List.of("layer1.0.conv1.weight", "fc.weight"), List.copyOf(renamed.state().names()));
    assertEquals(
        """
        torchvision's names
        "encoder_q." taken off
        5 beside the network left out: encoder_k.layer1.0.conv1.weight, queue, queue_ptr, \
        criterion.weight, …\
        """,
        renamed.toString());
  }

  @Test
  void namesOfNoConventionStayAsTheyAre() {
    StateDict state = state("features.0.weight", "classifier.6.bias");
    Renamed renamed = NameMap.toTorchvision(state);
    assertSame(state, renamed.state());
    assertEquals(Optional.empty(), renamed.convention());
    assertEquals("names of no known convention", renamed.toString());
  }

  @Test
  void metadataGoesAlong() {
    StateDict state = state("model.layer1.0.conv1.weight");
    state.metadata().put("epoch", "7");
    assertEquals("7", NameMap.toTorchvision(state).state().metadata().get("epoch"));
  }

  @Test
  void biasesOfConvolutionsAreFoldedIntoTheMeanBehindThem() {
    StateDict state = new StateDict();
    state.put("layer1.0.conv1.weight", Tensor.ones(2, 1, 1, 1));
    state.put("layer1.0.conv1.bias", Tensor.of(new float[] {1, 2}, 2));
    state.put("layer1.0.bn1.running_mean", Tensor.of(new float[] {5, 5}, 2));
    state.put("layer1.0.bn1.bias", Tensor.of(new float[] {3, 3}, 2));
    state.put("layer1.0.downsample.0.weight", Tensor.ones(2, 1, 1, 1));
    state.put("layer1.0.downsample.0.bias", Tensor.of(new float[] {4, 4}, 2));
    state.put("layer1.0.downsample.1.running_mean", Tensor.of(new float[] {1, 1}, 2));
    state.put("layer1.0.downsample.1.bias", Tensor.of(new float[] {9, 9}, 2));
    Renamed renamed = NameMap.toTorchvision(state);
    StateDict folded = renamed.state();
    assertArrayEquals(new float[] {4, 3}, folded.get("layer1.0.bn1.running_mean").toArray());
    assertArrayEquals(
        new float[] {-3, -3}, folded.get("layer1.0.downsample.1.running_mean").toArray());
    assertEquals(6, folded.size());
    assertEquals(
        List.of("2 biases of convolutions folded into the means of the batch norms"),
        renamed.notes());
    assertArrayEquals(
        new float[] {5, 5}, state.get("layer1.0.bn1.running_mean").toArray(), "the input changed");
  }

  @Test
  void wrappersOfSingleLayersComeOff() {
    StateDict state =
        state(
            "conv1.weight",
            "layer1._orig_mod.0.conv1.weight",
            "layer1._orig_mod.0._fsdp_wrapped_module.bn1.bias");
    assertEquals(
        List.of("conv1.weight", "layer1.0.conv1.weight", "layer1.0.bn1.bias"),
        List.copyOf(NameMap.toTorchvision(state).state().names()));
  }

  @Test
  void kerassEpsilonGoesIntoTheVariance() {
    StateDict state = new StateDict();
    state.put("conv2_block1_1_conv.kernel", Tensor.ones(1, 1, 3, 2));
    state.put("conv2_block1_1_bn.moving_variance", Tensor.of(new float[] {0, 1e-6f}, 2));
    float[] variance =
        NameMap.toTorchvision(state).state().get("layer1.0.bn1.running_var").toArray();
    assertEquals(1e-8f, variance[0], 1e-12f);
    assertEquals(1.01e-6f, variance[1], 1e-12f);
  }

  @Test
  void theHeadOfANetworkForSmallImagesIsCalledLinear() {
    StateDict state = state("layer1.0.conv1.weight", "fc.weight", "fc.bias");
    state.put("conv1.weight", Tensor.zeros(16, 3, 3, 3));
    Renamed renamed = NameMap.toTorchvision(state);
    assertEquals("fc.bias", renamed.sources().get("linear.bias"));
    assertEquals(
        List.of("layer1.0.conv1.weight", "linear.weight", "linear.bias", "conv1.weight"),
        List.copyOf(renamed.state().names()));
  }

  @Test
  void namesThatMeanTheSameAreRefused() {
    Exception e =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                NameMap.toTorchvision(
                    state("layer1.0.conv1.weight", "fc.weight", "linear.weight")));
    assertEquals("names: both fc.weight and linear.weight are fc.weight", e.getMessage());
  }

  @Test
  void aKernelOfNoLayerIsRefused() {
    StateDict state = state("conv2_block1_1_conv.kernel");
    Exception e = assertThrows(IllegalArgumentException.class, () -> NameMap.toTorchvision(state));
    assertEquals(
        "names: layer1.0.conv1.kernel is [2], no kernel of a convolution or a dense layer",
        e.getMessage());
  }
}
