package dev.graft.devices;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.backend.Device;
import dev.graft.data.DataLoader;
import dev.graft.data.TensorDataset;
import dev.graft.nn.BatchNorm2d;
import dev.graft.nn.Conv2d;
import dev.graft.nn.CrossEntropyLoss;
import dev.graft.nn.Dropout;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.op.ConvParams;
import dev.graft.optim.ModelEma;
import dev.graft.optim.SGD;
import dev.graft.plan.InferencePlan;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import dev.graft.testing.OpenCl;
import dev.graft.train.History;
import dev.graft.train.Trainer;
import java.io.IOException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Networks that train and answer on a device as they do on the CPU. */
class OpenClTrainingTest {
  private static final int CLASSES = 4;

  private static Device device;

  @BeforeAll
  static void open() {
    device = OpenCl.device();
  }

  /** A network with all that has state: convolution, batch norm, dropout. */
  private static final class Net extends Layer {
    private final Conv2d conv;
    private final BatchNorm2d bn;
    private final Dropout drop;
    private final Linear fc;

    Net(Rng rng) {
      conv = child("conv", new Conv2d(3, 8, 3, ConvParams.DEFAULT.withPadding(1), rng));
      bn = child("bn", new BatchNorm2d(8));
      drop = child("drop", new Dropout(0.1f, rng.split("drop")));
      fc = child("fc", new Linear(8, CLASSES, rng));
    }

    @Override
    protected Tensor forward(Tensor x) {
      Tensor y = Functional.maxPool2d(bn.apply(conv.apply(x)).relu(), 2);
      return fc.apply(drop.apply(y.mean(2, 3)));
    }
  }

  /** Noise with a brighter channel, or none, as its class. */
  private static TensorDataset images(int n, long seed) {
    Rng rng = Rng.of(seed);
    float[] values = new float[n * 3 * 8 * 8];
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      labels[i] = rng.nextInt(CLASSES);
      for (int k = 0; k < 192; k++) {
        values[i * 192 + k] = (float) rng.nextGaussian() + (k / 64 == labels[i] ? 0.7f : 0);
      }
    }
    return new TensorDataset(Tensor.of(values, n, 3, 8, 8), labels);
  }

  private static History train(Net net) throws IOException {
    SGD sgd = new SGD(net.parameters(), 0.1, 0.9f);
    Trainer trainer =
        new Trainer(net, new CrossEntropyLoss(Tensor.ones(CLASSES), 0.05f, reduction()), sgd)
            .withEma(new ModelEma(net, 0.8))
            .withClipGradNorm(5)
            .withOutput(null);
    return trainer.fit(
        new DataLoader(images(256, 1), 32).withShuffle(1), new DataLoader(images(64, 2), 64), 3);
  }

  private static Functional.Reduction reduction() {
    return Functional.Reduction.MEAN;
  }

  @Test
  void trainsAsOnTheCpu() throws IOException {
    Net here = new Net(Rng.of(1));
    Net there = new Net(Rng.of(1));
    there.to(device);
    var expected = train(here).epochs();
    var actual = train(there).epochs();
    for (int i = 0; i < expected.size(); i++) {
      double loss = expected.get(i).train().loss();
      assertEquals(loss, actual.get(i).train().loss(), 1e-3 * loss, "epoch " + i);
    }
    double right = expected.getLast().validation().accuracy();
    assertTrue(right > 0.9, "the CPU's accuracy is " + right);
    assertEquals(right, actual.getLast().validation().accuracy(), 0.02);
    assertSame(device.backend(), there.fc.weight().backend());
  }

  @Test
  void parametersAndWhatTheOptimizerRemembersMoveTogether() {
    Net stays = new Net(Rng.of(3));
    Net moves = new Net(Rng.of(3));
    SGD one = new SGD(stays.parameters(), 0.1, 0.9f);
    SGD two = new SGD(moves.parameters(), 0.1, 0.9f);
    for (Backend backend :
        new Backend[] {Backends.cpu(), device.backend(), Backends.cpu(), device.backend()}) {
      Tensor weight = moves.conv.weight();
      moves.to(backend);
      assertSame(weight, moves.conv.weight());
      step(stays, one);
      step(moves, two);
    }
    stays
        .stateDict()
        .tensors()
        .forEach((name, t) ->
            assertArrayEquals(t.toArray(), moves.stateDict().get(name).toArray(), 1e-4f, name));
    assertEquals(4, moves.stateDict().get("bn.num_batches_tracked").item());
  }

  private static void step(Net net, SGD sgd) {
    TensorDataset data = images(16, 5);
    float[] values = new float[16 * 192];
    int[] labels = new int[16];
    for (int i = 0; i < labels.length; i++) {
      data.read(i, values, i * 192, Rng.of(1));
      labels[i] = data.label(i);
    }
    Tensor x = Tensor.of(values, 16, 3, 8, 8).to(net.backend());
    Autograd.step(() -> {
      sgd.zeroGrad();
      Functional.crossEntropy(net.apply(x), labels).backward();
      sgd.step();
      return null;
    });
  }

  @Test
  void aPlanAnswersAsTheNetwork() {
    Net net = new Net(Rng.of(4));
    net.eval();
    Tensor x = Tensor.randn(Rng.of(5), 2, 3, 8, 8);
    float[] expected = Autograd.noGrad(() -> net.apply(x)).toArray();
    net.to(device);
    InferencePlan plan = InferencePlan.of(net::apply, x.shape(), device.backend());
    assertArrayEquals(expected, plan.run(x.to(device)).toArray(), 1e-5f);
    assertArrayEquals(expected, plan.run(x.to(device)).toArray(), 1e-5f, "a second time");
  }
}
