package dev.graft.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.graft.nn.BatchNorm2d;
import dev.graft.nn.Conv2d;
import dev.graft.nn.Flatten;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.nn.Parameter;
import dev.graft.nn.ReLU;
import dev.graft.nn.Sequential;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Training that is saved and goes on elsewhere takes the same steps to the bit. */
class OptimizerStateTest {
  private static final Map<String, Function<List<ParamGroup>, Optimizer>> OPTIMIZERS =
      new TreeMap<>(
          Map.of(
              "sgd", g -> new SGD(g, 0, false),
              "sgd with momentum", g -> new SGD(g, 0.9f, false),
              "sgd with nesterov", g -> new SGD(g, 0.9f, true),
              "adam", g -> new Adam(g, 0.9f, 0.999f, 1e-8f),
              "adamw", g -> new AdamW(g, 0.9f, 0.999f, 1e-8f),
              "rmsprop", g -> new RMSprop(g, 0.9f, 1e-8f, 0, false),
              "rmsprop centred with momentum", g -> new RMSprop(g, 0.9f, 1e-6f, 0.9f, true),
              "lamb", g -> new LAMB(g, 0.9f, 0.999f, 1e-6f)));

  private static Sequential network(long seed) {
    Rng rng = Rng.of(seed);
    return new Sequential(
        new Conv2d(3, 5, 3, rng),
        new BatchNorm2d(5),
        new ReLU(),
        new Flatten(),
        new Linear(5 * 4 * 4, 4, rng));
  }

  private static List<ParamGroup> groups(Layer net) {
    List<Parameter> all = net.parameters();
    return List.of(
        new ParamGroup(all.subList(0, 3), 0.01, 0.1f),
        new ParamGroup(all.subList(3, all.size()), 0.002, 0));
  }

  private static void train(Layer net, Optimizer optimizer, int from, int to) {
    for (int step = from; step < to; step++) {
      Tensor x = Tensor.randn(Rng.of(100 + step), 4, 3, 6, 6);
      optimizer.zeroGrad();
      Functional.crossEntropy(net.apply(x), new int[] {0, 1, 2, 3}).backward();
      optimizer.step();
    }
  }

  private static float[] values(Layer net) {
    List<float[]> all = net.stateDict().tensors().values().stream().map(Tensor::toArray).toList();
    float[] joined = new float[all.stream().mapToInt(a -> a.length).sum()];
    int at = 0;
    for (float[] a : all) {
      System.arraycopy(a, 0, joined, at, a.length);
      at += a.length;
    }
    return joined;
  }

  @TestFactory
  Stream<DynamicTest> resumesToTheSameBits() {
    return OPTIMIZERS.entrySet().stream()
        .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> resumes(e.getValue())));
  }

  private static void resumes(Function<List<ParamGroup>, Optimizer> make) {
    Sequential net = network(1);
    Optimizer optimizer = make.apply(groups(net));
    train(net, optimizer, 0, 5);
    optimizer.groups().getFirst().setLr(0.0123456789);
    StateDict state = optimizer.state();
    Sequential second = network(2);
    Sequential forgetful = network(3);
    second.load(net.stateDict()).orThrow();
    forgetful.load(net.stateDict()).orThrow();
    train(net, optimizer, 5, 10);

    Optimizer fresh = make.apply(groups(second));
    fresh.load(state);
    train(second, fresh, 5, 10);
    assertArrayEquals(values(net), values(second));
    assertEquals(optimizer.state().names(), fresh.state().names());

    train(forgetful, make.apply(groups(forgetful)), 5, 10);
    assertFalse(Arrays.equals(values(net), values(forgetful)), "the state made no difference");
  }

  @Test
  void namesArePytorchsUnderTheParametersNames() {
    Tensor w = Tensor.zeros(2).requireGrad();
    Tensor v = Tensor.zeros(3).requireGrad();
    Tensor untouched = Tensor.zeros(3).requireGrad();
    List<Parameter> params =
        List.of(new Parameter("fc.w", w), new Parameter("fc.w", v), new Parameter("b", untouched));
    w.setGrad(Tensor.ones(2));
    v.setGrad(Tensor.ones(3));
    Adam adam = new Adam(params, 0.1);
    adam.step();
    StateDict state = adam.state();
    assertEquals(
        List.of(
            "fc.w.step",
            "fc.w.exp_avg",
            "fc.w.exp_avg_sq",
            "fc.w#2.step",
            "fc.w#2.exp_avg",
            "fc.w#2.exp_avg_sq"),
        List.copyOf(state.names()));
    assertEquals(Map.of("optimizer", "adam", "group0.lr", "0.1"), state.metadata());
    assertEquals(1, state.get("fc.w.step").item());
    assertArrayEquals(new float[] {0.1f, 0.1f}, state.get("fc.w.exp_avg").toArray(), 1e-7f);
    adam.step();
    assertEquals(1, state.get("fc.w.step").item());
    assertArrayEquals(new float[] {0.1f, 0.1f}, state.get("fc.w.exp_avg").toArray(), 1e-7f);
  }

  private static void refuses(String message, Optimizer optimizer, StateDict state) {
    Exception e = assertThrows(IllegalArgumentException.class, () -> optimizer.load(state));
    assertEquals(message, e.getMessage());
  }

  private static StateDict adamState(Tensor w) {
    Adam adam = new Adam(List.of(new Parameter("w", w)), 0.1);
    w.setGrad(Tensor.ones(2));
    adam.step();
    return adam.state();
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Tensor w = Tensor.zeros(2).requireGrad();
    List<Parameter> params = List.of(new Parameter("w", w));
    Adam adam = new Adam(params, 0.1);
    String start = ": load: state does not fit: ";
    refuses("adam" + start + "no optimizer's state", adam, new StateDict());
    refuses("sgd" + start + "the state of adam", new SGD(params, 0.1), adamState(w));
    StateDict unknown = adamState(w).put("v.exp_avg", Tensor.zeros(2));
    refuses("adam" + start + "\"v.exp_avg\" belongs to no parameter here", adam, unknown);
    StateDict part = new StateDict();
    part.metadata().putAll(unknown.metadata());
    part.put("w.step", Tensor.scalar(3)).put("w.exp_avg", Tensor.zeros(2));
    refuses("adam" + start + "\"w.exp_avg_sq\" is missing", adam, part);
    part.put("w.exp_avg_sq", Tensor.zeros(3));
    refuses("adam" + start + "\"w.exp_avg_sq\" has shape [3], the parameter has [2]", adam, part);
    part.put("w.step", Tensor.scalar(0));
    refuses("adam" + start + "\"w.step\" is no number of steps", adam, part);
    StateDict groups = adamState(w);
    groups.metadata().put("group1.lr", "0.1");
    refuses("adam" + start + "another number of parameter groups than 1", adam, groups);
    StateDict rate = adamState(w);
    rate.metadata().put("group0.lr", "fast");
    refuses("adam" + start + "a learning rate of \"fast\"", adam, rate);
    assertEquals(0, adam.state().size());
  }
}
