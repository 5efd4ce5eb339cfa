package dev.graft.determinism;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.graft.backend.cpu.Parallel;
import dev.graft.models.ResNet;
import dev.graft.nn.BatchNorm2d;
import dev.graft.nn.Conv2d;
import dev.graft.nn.Dropout;
import dev.graft.nn.Flatten;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.nn.MaxPool2d;
import dev.graft.nn.ReLU;
import dev.graft.nn.Sequential;
import dev.graft.op.ConvParams;
import dev.graft.op.PoolParams;
import dev.graft.optim.Adam;
import dev.graft.optim.Optimizer;
import dev.graft.optim.SGD;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Same seed, same bits: training gives the same weights for every number of threads, and on a
 * second run.
 */
class SameBitsTest {
  private final int threadsBefore = Parallel.threads();

  @AfterEach
  void restoreThreads() {
    Parallel.setThreads(threadsBefore);
  }

  @Test
  void aConvNetTrainedByAdam() {
    check(SameBitsTest::convNet, net -> new Adam(net.parameters(), 1e-3), 12, 20);
  }

  @Test
  void resnet20TrainedBySgd() {
    check(
        rng -> ResNet.cifar(20, 10, rng),
        net -> new SGD(net.parameters(), 0.05, 0.9f, 1e-4f, true),
        16,
        100);
  }

  @Test
  void anotherSeedGivesOtherBits() {
    Map<String, int[]> one =
        train(SameBitsTest::convNet, n -> new SGD(n.parameters(), 0.1), 1, 12, 20);
    Map<String, int[]> two =
        train(SameBitsTest::convNet, n -> new SGD(n.parameters(), 0.1), 2, 12, 20);
    assertFalse(Arrays.equals(one.get("0.weight"), two.get("0.weight")));
  }

  private static Layer convNet(Rng rng) {
    return new Sequential(
        new Conv2d(3, 12, 3, ConvParams.DEFAULT.withPadding(1), rng),
        new BatchNorm2d(12),
        new ReLU(),
        new MaxPool2d(PoolParams.of(2)),
        new Conv2d(12, 20, 3, ConvParams.DEFAULT.withStride(2).withGroups(2), rng),
        new ReLU(),
        new Flatten(),
        new Dropout(0.3f, rng),
        new Linear(20 * 2 * 2, 10, rng));
  }

  private static void check(
      Function<Rng, Layer> network, Function<Layer, Optimizer> optimizer, int size, int count) {
    Parallel.setThreads(1);
    Map<String, int[]> expected = train(network, optimizer, 1, size, count);
    // Seven threads twice: more than the machine may have, so that they come in any order.
    for (int threads : new int[] {1, 2, 7, 7}) {
      Parallel.setThreads(threads);
      Map<String, int[]> actual = train(network, optimizer, 1, size, count);
      assertEquals(expected.keySet(), actual.keySet());
      expected.forEach(
          (name, bits) -> assertArrayEquals(bits, actual.get(name), name + ", threads " + threads));
    }
  }

  /** The bits of every parameter, buffer and loss after training on noise. */
  private static Map<String, int[]> train(
      Function<Rng, Layer> network,
      Function<Layer, Optimizer> optimizer,
      long seed,
      int size,
      int count) {
    Rng rng = Rng.of(seed);
    Layer net = network.apply(rng).train();
    Optimizer steps = optimizer.apply(net);
    float[] losses = new float[count];
    for (int step = 0; step < count; step++) {
      Tensor x = Tensor.randn(rng, 5, 3, size, size);
      int[] labels = new int[5];
      Arrays.setAll(labels, i -> rng.nextInt(10));
      Tensor loss = Functional.crossEntropy(net.apply(x), labels);
      steps.zeroGrad();
      loss.backward();
      steps.step();
      losses[step] = loss.item();
    }
    Map<String, int[]> result = new LinkedHashMap<>();
    result.put("losses", bits(losses));
    net.stateDict().tensors().forEach((name, t) -> result.put(name, bits(t.toArray())));
    return result;
  }

  private static int[] bits(float[] values) {
    int[] result = new int[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = Float.floatToRawIntBits(values[i]);
    }
    return result;
  }
}
