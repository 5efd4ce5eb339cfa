package dev.graft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.op.ConvParams;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerTest {
  private static Sequential network() {
    Rng rng = Rng.of(1);
    ConvParams same = ConvParams.DEFAULT.withPadding(1);
    Sequential block =
        new Sequential(new Conv2d(3, 4, 3, same, rng), new BatchNorm2d(4), new ReLU());
    return new Sequential(block, new Flatten(), new Linear(4 * 5 * 5, 2, rng));
  }

  private static Tensor images() {
    return Tensor.randn(Rng.of(7), 6, 3, 5, 5);
  }

  @Test
  void stateDictHasPytorchsNamesInPytorchsOrder() {
    assertEquals(
        List.of(
            "0.0.weight",
            "0.0.bias",
            "0.1.weight",
            "0.1.bias",
            "0.1.running_mean",
            "0.1.running_var",
            "0.1.num_batches_tracked",
            "2.weight",
            "2.bias"),
        List.copyOf(network().stateDict().names()));
  }

  @Test
  void parametersAreTheStateDictWithoutBuffers() {
    assertEquals(
        List.of("0.0.weight", "0.0.bias", "0.1.weight", "0.1.bias", "2.weight", "2.bias"),
        network().parameters().stream().map(Parameter::name).toList());
    assertEquals(4 * 3 * 9 + 4 + 8 + 2 * 100 + 2, network().numParameters());
  }

  @Test
  void errorsNameTheInnermostLayer() {
    Sequential outer = new Sequential(network());
    Exception e = assertThrows(ShapeException.class, () -> outer.apply(Tensor.zeros(1, 2, 5, 5)));
    assertEquals(
        "conv2d \"0.0.0\": input has 2 channels, weight [4, 3, 3, 3] expects 3", e.getMessage());
  }

  @Test
  void errorsOfALayerByItselfNameNoPath() {
    Conv2d conv = new Conv2d(3, 4, 1, Rng.of(1));
    Exception e = assertThrows(ShapeException.class, () -> conv.apply(Tensor.zeros(1, 2, 5, 5)));
    assertEquals("conv2d: input has 2 channels, weight [4, 3, 1, 1] expects 3", e.getMessage());
  }

  @Test
  void errorsWithoutAnOperationNameTheLayersClass() {
    Sequential net = new Sequential(new Flatten());
    Exception e = assertThrows(ShapeException.class, () -> net.apply(Tensor.zeros(4)));
    assertTrue(
        e.getMessage().startsWith("Flatten \"0\": dimension 1 is out of range"), e::getMessage);
  }

  @Test
  void frozenLayersStayInEvalModeWhenTheNetworkTrains() {
    Sequential net = network();
    Layer block = net.children().get("0");
    block.freeze();
    net.train();
    assertTrue(net.isTraining());
    assertFalse(block.children().get("1").isTraining());
    Tensor mean = net.stateDict().get("0.1.running_mean");
    Functional.crossEntropy(net.apply(images()), new int[] {0, 1, 0, 1, 0, 1}).backward();
    assertArrayEquals(new float[4], mean.toArray());
    assertEquals(0, net.stateDict().get("0.1.num_batches_tracked").item());
    assertNull(((Conv2d) block.children().get("0")).weight().grad());
    assertNotNull(((Linear) net.children().get("2")).weight().grad());
    assertEquals(202, net.numTrainable());
  }

  @Test
  void unfrozenLayersFollowTheNetworksModeAgain() {
    Sequential net = network();
    net.freeze();
    assertEquals(0, net.numTrainable());
    net.unfreeze();
    assertTrue(net.children().get("0").children().get("1").isTraining());
    assertEquals(net.numParameters(), net.numTrainable());
    net.eval();
    assertFalse(net.children().get("0").children().get("1").isTraining());
  }

  @Test
  void batchNormFollowsTheBatchInTrainingAndTheRunningValuesInEval() {
    BatchNorm1d norm = new BatchNorm1d(1);
    Tensor x = Tensor.of(new float[] {1, 3}, 2, 1);
    assertArrayEquals(new float[] {-1, 1}, norm.apply(x).toArray(), 1e-5f);
    // mean 2, unbiased variance 2: a tenth of the way from 0 and 1
    assertEquals(0.2f, norm.stateDict().get("running_mean").get(0), 1e-6f);
    assertEquals(1.1f, norm.stateDict().get("running_var").get(0), 1e-6f);
    assertEquals(1, norm.stateDict().get("num_batches_tracked").item());
    norm.eval();
    float std = (float) Math.sqrt(1.1 + 1e-5);
    assertArrayEquals(new float[] {0.8f / std, 2.8f / std}, norm.apply(x).toArray(), 1e-6f);
    assertEquals(1, norm.stateDict().get("num_batches_tracked").item());
  }

  @Test
  void zeroGradForgetsGradients() {
    Sequential net = network();
    net.apply(images()).sum().backward();
    net.zeroGrad();
    assertTrue(net.parameters().stream().allMatch(p -> p.tensor().grad() == null));
  }

  @Test
  void printsATreeWithCounts() {
    Sequential net = network();
    net.children().get("0").freeze();
    assertEquals(
        """
        Sequential 322 parameters, 202 trainable
          (0) Sequential 120 parameters, frozen
            (0) Conv2d(3, 4, kernel 3x3, padding 1x1) 112 parameters, frozen
            (1) BatchNorm2d(4) 8 parameters, frozen
            (2) ReLU
          (1) Flatten
          (2) Linear(100, 2) 202 parameters\
        """,
        net.toString());
  }
}
