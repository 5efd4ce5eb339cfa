package dev.graft.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.models.ResNet;
import dev.graft.nn.BatchNorm2d;
import dev.graft.nn.Conv2d;
import dev.graft.nn.Dropout;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.nn.ReLU;
import dev.graft.nn.Sequential;
import dev.graft.nn.Summary;
import dev.graft.optim.ModelEma;
import dev.graft.optim.SGD;
import dev.graft.tensor.AnomalyException;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A planned forward pass is always that of the network as it is now. */
class PlannedForwardTest {
  private static final Shape IMAGES = Shape.of(2, 3, 8, 8);

  private final Layer net =
      new Sequential(
          new Conv2d(3, 4, 3, Rng.of(1)),
          new BatchNorm2d(4),
          new ReLU(),
          new Dropout(0.5f, Rng.of(5)));
  private final PlannedForward fast = new PlannedForward(net::apply);
  private final Tensor x = Tensor.randn(Rng.of(2), IMAGES.toArray());

  PlannedForwardTest() {
    net.eval();
  }

  private void agrees() {
    close(Autograd.noGrad(() -> net.apply(x)), fast.apply(x));
  }

  private static void close(Tensor expected, Tensor actual) {
    assertEquals(expected.shape(), actual.shape());
    float[] e = expected.toArray();
    float[] a = actual.toArray();
    for (int i = 0; i < e.length; i++) {
      assertEquals(e[i], a[i], 1e-5 * Math.max(1, Math.abs(e[i])));
    }
  }

  /** Runs both ways before and after a change, which must show. */
  private void follows(Runnable change) {
    agrees();
    float[] before = fast.apply(x).toArray();
    change.run();
    agrees();
    assertFalse(Arrays.equals(before, fast.apply(x).toArray()), "nothing changed");
  }

  @Test
  void assignedWeights() {
    follows(() -> {
      Tensor bias = net.stateDict().get("0.bias");
      bias.assign(new float[] {1, 2, 3, 4});
    });
  }

  @Test
  void aViewOfAWeight() {
    follows(() -> {
      Tensor bias = net.stateDict().get("1.bias").detach();
      bias.assign(new float[] {1, 2, 3, 4});
    });
  }

  @Test
  void loadedWeights() {
    follows(() -> {
      Layer other =
          new Sequential(
              new Conv2d(3, 4, 3, Rng.of(9)),
              new BatchNorm2d(4),
              new ReLU(),
              new Dropout(0.5f, Rng.of(5)));
      net.load(other.stateDict()).orThrow();
    });
  }

  @Test
  void anOptimisersSteps() {
    SGD sgd = new SGD(net.parameters(), 1e-3);
    follows(() -> {
      net.apply(x).square().sum().backward();
      sgd.step();
    });
  }

  @Test
  void averagesSwappedInAndOut() {
    ModelEma ema = new ModelEma(net, 0.5);
    net.stateDict().get("0.bias").assign(new float[] {1, 2, 3, 4});
    ema.update();
    agrees();
    float[] own = fast.apply(x).toArray();
    ema.withAverages(() -> {
      agrees();
      assertFalse(Arrays.equals(own, fast.apply(x).toArray()));
    });
    assertArrayEquals(own, fast.apply(x).toArray());
  }

  @Test
  void runningStatisticsThatMovedInTraining() {
    follows(() -> {
      net.train();
      net.apply(x);
      net.eval();
    });
  }

  @Test
  void anotherHead() {
    ResNet cifar = ResNet.cifar(20, 10, Rng.of(1));
    cifar.eval();
    PlannedForward planned = new PlannedForward(cifar::apply);
    assertEquals(Shape.of(2, 10), planned.apply(x).shape());
    cifar.replaceHead(new Linear(64, 3, Rng.of(2)));
    close(Autograd.noGrad(() -> cifar.apply(x)), planned.apply(x));
  }

  @Test
  void trainingModeRunsWithoutAPlan() {
    agrees();
    net.train();
    Tensor y = fast.apply(x);
    assertTrue(y.eq(0).sum().item() > 0.4 * y.numel(), "dropout does not work");
    assertEquals(1, net.stateDict().get("1.num_batches_tracked").item());
    assertFalse(y.requiresGrad());
  }

  @Test
  void batchesOfManySizes() {
    for (int n : new int[] {4, 4, 1, 4, 1, 3, 2, 4}) {
      Tensor batch = Tensor.randn(Rng.of(n), n, 3, 8, 8);
      close(Autograd.noGrad(() -> net.apply(batch)), fast.apply(batch));
    }
  }

  @Test
  void aPlanIsMadeOnceForEachShape() {
    Tensor zero = Tensor.zeros(1);
    int[] traces = new int[1];
    PlannedForward counted =
        new PlannedForward(t -> {
          traces[0]++;
          return t.add(zero);
        });
    counted.apply(x);
    assertEquals(3, traces[0]);
    counted.apply(x);
    counted.apply(x);
    assertEquals(5, traces[0]);
    zero.assign(new float[] {1});
    assertArrayEquals(x.add(1).toArray(), counted.apply(x).toArray());
    assertEquals(8, traces[0]);
  }

  @Test
  void whatCannotBePlannedRunsAsItIs() {
    UnaryOperator<Tensor> forward = t -> t.sum().item() > 0 ? t.neg() : t;
    PlannedForward planned = new PlannedForward(forward);
    assertArrayEquals(forward.apply(x).toArray(), planned.apply(x).toArray());
    Rng rng = Rng.of(1);
    PlannedForward noisy = new PlannedForward(t -> t.add(Tensor.randn(rng, 2, 3, 8, 8)));
    assertFalse(Arrays.equals(noisy.apply(x).toArray(), noisy.apply(x).toArray()), "frozen");
  }

  @Test
  void watchersSeeEveryOperation() {
    Layer planned =
        new Layer() {
          private final Layer inner = child("inner", net);
          private final PlannedForward forward = new PlannedForward(inner::apply);

          @Override
          protected Tensor forward(Tensor t) {
            return forward.apply(t);
          }
        };
    assertEquals(6 * 6 * 2 * 4 * 27, Summary.of(planned, IMAGES).multiplyAdds());
    net.stateDict().get("0.bias").assign(new float[] {0, Float.NaN, 0, 0});
    AnomalyException e =
        assertThrows(AnomalyException.class, () -> Autograd.detectAnomaly(() -> planned.apply(x)));
    assertTrue(
        e.getMessage().startsWith("conv2d \"inner.0\": result is not finite"), e.getMessage());
  }

  @Test
  void theStateOfAnotherNetworkIsNotTouched() {
    StateDict before = net.stateDict();
    float[] weight = before.get("0.weight").toArray();
    fast.apply(x);
    assertArrayEquals(weight, before.get("0.weight").toArray());
  }
}
