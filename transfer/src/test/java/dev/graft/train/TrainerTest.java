package dev.graft.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.data.DataLoader;
import dev.graft.nn.CrossEntropyLoss;
import dev.graft.nn.Layer;
import dev.graft.optim.ClipGrad;
import dev.graft.optim.ModelEma;
import dev.graft.optim.SGD;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TrainerTest {
  @Test
  void learns() throws IOException {
    Layer net = Toy.network(1);
    History history = Toy.trainer(net).fit(Toy.trainLoader(), Toy.heldOut(), 12);
    assertEquals(12, history.epochs().size());
    Metrics last = history.last().validation();
    assertTrue(last.accuracy() > 0.9, last.toString());
    assertEquals(60, last.examples());
    assertEquals(1, last.top5());
    assertEquals(last.accuracy(), last.evaluation().accuracy());
    assertEquals(last.loss(), Toy.trainer(net).evaluate(Toy.heldOut()).loss());
  }

  @Test
  void theSameSeedGivesTheSameBits() throws IOException {
    Layer one = Toy.network(1);
    Layer two = Toy.network(1);
    Layer other = Toy.network(2);
    for (Layer net : new Layer[] {one, two, other}) {
      Toy.trainer(net).fit(Toy.trainLoader().withThreads(net == two ? 3 : 1), 2);
    }
    assertEquals(Toy.bits(one), Toy.bits(two));
    assertNotEquals(Toy.bits(one), Toy.bits(other));
  }

  @Test
  void theScheduleSetsTheRateOfEachStep() throws IOException {
    Layer net = Toy.network(1);
    SGD sgd = new SGD(net.parameters(), 0.5);
    List<Double> rates = new ArrayList<>();
    new Trainer(net, new CrossEntropyLoss(), sgd)
        .withOutput(null)
        .withSchedule(step -> 1.0 / (step + 1))
        .withHook(
            new StepHook() {
              @Override
              public void beforeStep(int step) {
                assertEquals(rates.size(), step);
                rates.add(sgd.groups().getFirst().lr());
              }
            })
        .fit(Toy.trainLoader(), 2);
    assertEquals(26, rates.size());
    assertEquals(0.5, rates.get(0));
    assertEquals(0.5 / 26, rates.get(25));
  }

  @Test
  void hooksRunAroundTheStepInTheirOrder() throws IOException {
    Layer net = Toy.network(1);
    Tensor weight = net.parameters().getFirst().tensor();
    List<String> calls = new ArrayList<>();
    float[][] before = new float[1][];
    StepHook first =
        new StepHook() {
          @Override
          public void beforeStep(int step) {
            calls.add("before " + step);
            assertNotNull(weight.grad());
            before[0] = weight.toArray();
          }

          @Override
          public void afterStep(int step) {
            calls.add("after " + step);
            assertFalse(Arrays.equals(before[0], weight.toArray()));
          }
        };
    StepHook second =
        new StepHook() {
          @Override
          public void beforeStep(int step) {
            calls.add("second " + step);
          }
        };
    DataLoader twoSteps = new DataLoader(Toy.data(32, 1), 16);
    Toy.trainer(net).withHook(first).withHook(second).fit(twoSteps, 1);
    assertEquals(
        List.of("before 0", "second 0", "after 0", "before 1", "second 1", "after 1"), calls);
  }

  @Test
  void gradientsAreClipped() throws IOException {
    Layer net = Toy.network(1);
    Toy.trainer(net)
        .withClipGradNorm(1e-3)
        .withHook(
            new StepHook() {
              @Override
              public void beforeStep(int step) {
                double norm = ClipGrad.clipGradNorm(net.parameters(), 1);
                assertTrue(norm > 0 && norm < 1.01e-3, "norm " + norm);
              }
            })
        .fit(Toy.trainLoader(), 1);
    Toy.trainer(net)
        .withClipGradValue(1e-4)
        .withHook(
            new StepHook() {
              @Override
              public void beforeStep(int step) {
                for (float g : net.parameters().getFirst().tensor().grad().toArray()) {
                  assertTrue(Math.abs(g) <= 1e-4f, "gradient " + g);
                }
              }
            })
        .fit(Toy.trainLoader(), 1);
  }

  @Test
  void theAverageOfWeightsIsWhatIsJudged() throws IOException {
    Layer net = Toy.network(1);
    ModelEma ema = new ModelEma(net, 0.95);
    History history = Toy.trainer(net).withEma(ema).fit(Toy.trainLoader(), Toy.heldOut(), 3);
    assertEquals(39, ema.updates());
    double judged = history.last().validation().loss();
    assertNotEquals(judged, Toy.trainer(net).evaluate(Toy.heldOut()).loss());
    assertEquals(judged, ema.withAverages(() -> Toy.trainer(net).evaluate(Toy.heldOut())).loss());
  }

  @Test
  void earlyStoppingEndsTheRunAndRestoresTheBest() throws IOException {
    Layer net = Toy.network(1);
    // From epoch 4 on the rate is so high that the network forgets.
    Trainer trainer =
        new Trainer(net, new CrossEntropyLoss(), new SGD(net.parameters(), 0.05))
            .withOutput(null)
            .withSchedule(step -> step < 3 * 13 ? 1 : 200)
            .withEarlyStopping(EarlyStopping.onLoss(2));
    History history = trainer.fit(Toy.trainLoader(), Toy.heldOut(), 50);
    assertTrue(history.stoppedEarly());
    assertTrue(history.epochs().size() < 50);
    assertEquals(history.bestEpoch() + 2, history.epochs().size());
    double best =
        history.epochs().stream().mapToDouble(e -> e.validation().loss()).min().orElseThrow();
    assertEquals(best, history.epochs().get(history.bestEpoch() - 1).validation().loss());
    assertEquals(best, trainer.evaluate(Toy.heldOut()).loss());
    assertTrue(history.last().validation().loss() > best);
  }

  @Test
  void anImprovementBelowMinDeltaIsNone() {
    assertTrue(EarlyStopping.Monitor.LOSS.isBetter(0.8, 1, 0.1));
    assertFalse(EarlyStopping.Monitor.LOSS.isBetter(0.95, 1, 0.1));
    assertTrue(EarlyStopping.Monitor.ACCURACY.isBetter(0.8, 0.6, 0.1));
    assertFalse(EarlyStopping.Monitor.ACCURACY.isBetter(0.65, 0.6, 0.1));
    assertFalse(EarlyStopping.Monitor.ACCURACY.isBetter(Double.NaN, 0.6, 0));
    assertTrue(EarlyStopping.Monitor.LOSS.isBetter(5, Double.NaN, 0));
    assertFalse(EarlyStopping.Monitor.LOSS.isBetter(Double.NaN, Double.NaN, 0));
  }

  @Test
  void metricsCountWhatTheyShould() {
    Meter meter = new Meter(List.of("a", "b", "c", "d", "e", "f", "g"));
    Tensor scores =
        Tensor.of(
            new float[][] {
              {9, 1, 2, 3, 4, 5, 6}, // a, right
              {1, 9, 2, 3, 4, 5, 6}, // a, seventh
              {4, 9, 2, 3, 1, 5, 6}, // a, fourth
              {1, 2, 3, 4, 5, 6, 7}, // not counted
            });
    meter.add(scores, new int[] {0, 0, 0, -1}, 2);
    meter.add(scores, new int[] {0, 1, 1, 6}, 1);
    Metrics m = meter.metrics();
    assertEquals(7, m.examples());
    assertEquals((3 * 2 + 4 * 1) / 7.0, m.loss());
    assertEquals(5 / 7.0, m.accuracy());
    assertEquals(6 / 7.0, m.top5());
    assertEquals(2, m.evaluation().confusion()[0][1]);
    assertEquals(2, m.evaluation().confusion()[1][1]);
    assertEquals("loss 1.4286, accuracy 71.43 %", m.toString());
    Meter wide = new Meter(List.of("a", "b"));
    wide.add(scores, new int[] {0, 0, 1, 1}, 1);
    assertEquals(List.of("a", "b", "2", "3", "4", "5", "6"), wide.metrics().evaluation().classes());
    assertEquals(wide.metrics().accuracy(), wide.metrics().evaluation().accuracy());
    Meter nan = new Meter();
    nan.add(Tensor.full(Float.NaN, 2, 3), new int[] {0, 1}, Double.NaN);
    assertEquals(0, nan.metrics().accuracy());
    assertEquals(0, nan.metrics().top5());
    Meter other = new Meter();
    other.restore(meter.state());
    assertEquals(m.loss(), other.metrics().loss());
    assertEquals(m.top5(), other.metrics().top5());
  }

  @Test
  void frozenLayersStayAsTheyAre() throws IOException {
    Layer net = Toy.network(1);
    net.children().get("0").freeze();
    net.children().get("1").freeze();
    Map<String, String> before = Toy.bits(net);
    Trainer trainer =
        new Trainer(net, new CrossEntropyLoss(), new SGD(net.parameters(), 0.1)).withOutput(null);
    trainer.fit(Toy.trainLoader(), 1);
    Toy.bits(net)
        .forEach((name, bits) ->
            assertEquals(!name.startsWith("7."), bits.equals(before.get(name)), name));
  }

  @Test
  void theHeapStaysLevel() throws IOException {
    Layer net = Toy.network(1);
    List<Long> heap = new ArrayList<>();
    Toy.trainer(net)
        .withHook(
            new StepHook() {
              @Override
              public void afterStep(int step) {
                if (step % 250 == 249) {
                  System.gc();
                  Runtime r = Runtime.getRuntime();
                  heap.add(r.totalMemory() - r.freeMemory());
                }
              }
            })
        .fit(Toy.trainLoader(), 80);
    // Code is compiled and pools fill in the first steps; what grows with each step shows later.
    long growth = heap.getLast() - heap.get(1);
    assertTrue(growth < 1_000_000, "grew by " + growth + " bytes: " + heap);
  }
}
