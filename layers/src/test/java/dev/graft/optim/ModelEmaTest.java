package dev.graft.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.nn.BatchNorm1d;
import dev.graft.nn.Linear;
import dev.graft.nn.Sequential;
import dev.graft.tensor.Rng;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import org.junit.jupiter.api.Test;

class ModelEmaTest {
  private final Sequential net = new Sequential(new Linear(2, 1, Rng.of(1)), new BatchNorm1d(1));
  private final Tensor weight = net.stateDict().get("0.weight");
  private final Tensor mean = net.stateDict().get("1.running_mean");

  private void set(float a, float b, float runningMean) {
    weight.assign(new float[] {a, b});
    mean.assign(new float[] {runningMean});
  }

  private static void assertAverage(StateDict state, float a, float b, float runningMean) {
    assertArrayEquals(new float[] {a, b}, state.get("0.weight").toArray(), 1e-6f);
    assertEquals(runningMean, state.get("1.running_mean").get(0));
  }

  @Test
  void parametersAreAveragedAndBuffersCopied() {
    set(1, 2, 0.5f);
    ModelEma ema = new ModelEma(net, 0.75);
    assertAverage(ema.stateDict(), 1, 2, 0.5f);
    set(5, -2, 0.25f);
    ema.update();
    assertAverage(ema.stateDict(), 2, 1, 0.25f);
    set(2, 1, 0.125f);
    ema.update();
    assertAverage(ema.stateDict(), 2, 1, 0.125f);
    assertEquals(2, ema.updates());
    assertArrayEquals(new float[] {2, 1}, weight.toArray());
  }

  @Test
  void theNetworkHoldsTheAveragesForAWhile() {
    set(1, 2, 0);
    ModelEma ema = new ModelEma(net, 0.5);
    set(3, 4, 1);
    ema.update();
    set(7, 8, 2);
    float[] seen = ema.withAverages(() -> ema.withAverages(weight::toArray));
    assertArrayEquals(new float[] {2, 3}, seen);
    assertArrayEquals(new float[] {7, 8}, weight.toArray());
    assertEquals(2, mean.get(0));
    assertThrows(
        UnsupportedOperationException.class,
        () ->
            ema.withAverages(
                (Runnable)
                    () -> {
                      throw new UnsupportedOperationException();
                    }));
    assertArrayEquals(new float[] {7, 8}, weight.toArray());
    Exception e = assertThrows(IllegalStateException.class, () -> ema.withAverages(ema::update));
    assertEquals(
        "model_ema: the network holds the averages now; update outside withAverages",
        e.getMessage());
  }

  @Test
  void anotherNetworkTakesTheAverages() {
    set(1, 2, 0);
    ModelEma ema = new ModelEma(net, 0.5);
    set(3, 4, 1);
    ema.update();
    Sequential other = new Sequential(new Linear(2, 1, Rng.of(2)), new BatchNorm1d(1));
    assertTrue(ema.applyTo(other).isComplete());
    assertAverage(other.stateDict(), 2, 3, 1);
  }

  /** timm's ModelEmaV3.get_decay. */
  @Test
  void theDecayRises() {
    ModelEma ema = ModelEma.withWarmup(net, 0.9, 1, 2.0 / 3);
    assertEquals(0, ema.decayAt(0));
    assertEquals(1 - Math.pow(2, -2.0 / 3), ema.decayAt(1), 1e-15);
    assertEquals(1 - Math.pow(11, -2.0 / 3), ema.decayAt(10), 1e-15);
    assertEquals(0.9, ema.decayAt(1000));
    set(5, 6, 0);
    ema.update();
    assertAverage(ema.stateDict(), 5, 6, 0);
  }

  @Test
  void goesOnFromItsStateToTheBit() {
    ModelEma ema = ModelEma.withWarmup(net, 0.99, 2, 0.75);
    Rng rng = Rng.of(5);
    for (int i = 0; i < 5; i++) {
      set(rng.nextFloat(), rng.nextFloat(), i);
      ema.update();
    }
    StateDict state = ema.state();
    ModelEma second = ModelEma.withWarmup(net, 0.99, 2, 0.75);
    second.load(state);
    for (int i = 0; i < 5; i++) {
      set(rng.nextFloat(), rng.nextFloat(), i);
      ema.update();
      second.update();
    }
    assertEquals(10, second.updates());
    assertArrayEquals(
        ema.stateDict().get("0.weight").toArray(), second.stateDict().get("0.weight").toArray());
  }

  @Test
  void nonsenseIsRefused() {
    refuses("model_ema: decay must be in [0, 1): 1.0", () -> new ModelEma(net, 1));
    refuses(
        "model_ema: warm-up's gamma and power must be positive: 0.0, 1.0",
        () -> ModelEma.withWarmup(net, 0.9, 0, 1));
    ModelEma ema = new ModelEma(net, 0.9);
    String start = "model_ema: load: state does not fit: ";
    refuses(start + "no number of updates in its metadata", () -> ema.load(net.stateDict()));
    StateDict state = ema.state();
    state.put("x", Tensor.zeros(1));
    refuses(start + "\"x\" is no name in this network", () -> ema.load(state));
    StateDict misshapen = ema.state();
    misshapen.put("0.bias", Tensor.zeros(3));
    refuses(start + "\"0.bias\" has shape [3], the network has [1]", () -> ema.load(misshapen));
    StateDict empty = new StateDict();
    empty.metadata().put("updates", "1");
    refuses(start + "\"0.weight\" is missing", () -> ema.load(empty));
  }

  private static void refuses(String message, Runnable use) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, use::run).getMessage());
  }
}
