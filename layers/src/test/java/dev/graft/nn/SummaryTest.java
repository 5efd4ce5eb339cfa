package dev.graft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.models.Architecture;
import dev.graft.models.ResNet;
import dev.graft.op.ConvParams;
import dev.graft.op.PoolParams;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private static Sequential network() {
    Rng rng = Rng.of(1);
    ConvParams same = ConvParams.DEFAULT.withPadding(1);
    return new Sequential(
        new Sequential(new Conv2d(3, 4, 3, same, rng), new BatchNorm2d(4), new ReLU()),
        new MaxPool2d(PoolParams.of(2)),
        new Flatten(),
        new Linear(4 * 4 * 4, 10, rng));
  }

  @Test
  void printsTotalsFirstThenARowPerLayer() {
    Sequential net = network();
    net.children().get("0").freeze();
    assertEquals(
        """
        Sequential on [2, 3, 8, 8]: 770 parameters (650 trainable), 15.1 k multiply-adds, 7.25 kB of activations

        layer                output        parameters  multiply-adds  activations
        Sequential           [2, 10]                -              -            -
          (0) Sequential     [2, 4, 8, 8]           -              -            -
            (0) Conv2d       [2, 4, 8, 8]         112         13,824      2.05 kB
            (1) BatchNorm2d  [2, 4, 8, 8]           8              -      2.05 kB
            (2) ReLU         [2, 4, 8, 8]           -              -      2.05 kB
          (1) MaxPool2d      [2, 4, 4, 4]           -              -        512 B
          (2) Flatten        [2, 64]                -              -        512 B
          (3) Linear         [2, 10]              650          1,280         80 B
        total                                     770         15,104      7.25 kB\
        """,
        Summary.of(net, 2, 3, 8, 8).toString());
  }

  @Test
  void resNetsMultiplyAddsAreTheKnownOnes() {
    Summary small = Summary.of(ResNet.of(18, 1000, null), 1, 3, 224, 224);
    assertEquals(11_689_512, small.parameters());
    assertEquals(1_814_073_344L, small.multiplyAdds());
    Summary cifar = Summary.of(ResNet.cifar(20, 10, null), 1, 3, 32, 32);
    assertEquals(269_722, cifar.parameters());
    assertEquals(40_551_040, cifar.multiplyAdds());
  }

  @Test
  void everyFormOfResNetAddsUp() {
    for (String name : List.of("resnet50", "resnext50_32x4d", "wide_resnet50_2")) {
      Layer net = Architecture.of(name, 10).build(null);
      Summary summary = Summary.of(net, 1, 3, 32, 32);
      assertEquals(net.numParameters(), summary.parameters(), name);
      assertEquals(Shape.of(1, 10), summary.rows().getFirst().output(), name);
      assertTrue(summary.multiplyAdds() > 80_000_000, name);
    }
  }

  @Test
  void nothingOfTheNetworkChanges() {
    Sequential net = network();
    Layer inner = net.children().get("0");
    net.train();
    inner.children().get("2").eval();
    Map<String, float[]> before = values(net);
    Summary.of(net, Tensor.randn(Rng.of(3), 2, 3, 8, 8));
    assertThrows(ShapeException.class, () -> Summary.of(net, 2, 4, 8, 8));
    values(net).forEach((name, v) -> assertArrayEquals(before.get(name), v, name));
    assertTrue(net.isTraining());
    assertTrue(inner.children().get("1").isTraining());
    assertFalse(inner.children().get("2").isTraining());
    assertTrue(net.parameters().stream().allMatch(p -> p.tensor().grad() == null));
  }

  private static Map<String, float[]> values(Layer net) {
    return net.stateDict().tensors().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().toArray()));
  }

  /** A user's layer: its own product, a child that runs twice, and one that never does. */
  private static final class Own extends Layer {
    private final Tensor weight = param("weight", Tensor.ones(4, 4));
    private final Linear twice = child("twice", new Linear(4, 4, Rng.of(1)));

    Own() {
      child("never", new Linear(4, 2, false, Rng.of(1)));
    }

    @Override
    protected Tensor forward(Tensor x) {
      return twice.apply(twice.apply(x.matmul(weight).relu())).t();
    }
  }

  @Test
  void ownOperationsRepeatedAndUnusedLayersHaveTheirRows() {
    Summary summary = Summary.of(new Own(), 3, 4);
    assertEquals(
        List.of(
            new Summary.Row("", "", "Own", 0, Shape.of(4, 3), 16, 16, 48, 96),
            new Summary.Row("twice", "twice", "Linear", 1, Shape.of(3, 4), 20, 20, 48, 48),
            new Summary.Row("twice", "twice", "Linear", 1, Shape.of(3, 4), 0, 0, 48, 48),
            new Summary.Row("never", "never", "Linear", 1, null, 8, 8, 0, 0)),
        summary.rows());
    assertNull(summary.rows().getLast().output());
    assertEquals(new Own().numParameters(), summary.parameters());
    assertEquals(
        """
        Own on [3, 4]: 44 parameters, 144 multiply-adds, 192 B of activations

        layer             output   parameters  multiply-adds  activations
        Own               [4, 3]           16             48         96 B
          (twice) Linear  [3, 4]           20             48         48 B
          (twice) Linear  [3, 4]            -             48         48 B
          (never) Linear  not run           8              -            -
        total                              44            144        192 B\
        """,
        summary.toString());
  }
}
