package dev.graft.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.tensor.Rng;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadReportTest {
  private static Sequential network(long seed) {
    Rng rng = Rng.of(seed);
    return new Sequential(new Linear(3, 4, rng), new BatchNorm1d(4), new Linear(4, 2, rng));
  }

  private static StateDict without(StateDict state, String dropped) {
    StateDict rest = new StateDict();
    state
        .tensors()
        .forEach((n, t) -> {
          if (!n.equals(dropped)) {
            rest.put(n, t);
          }
        });
    return rest;
  }

  @Test
  void aNetworksOwnStateFitsAndIsCopied() {
    Sequential from = network(1);
    Sequential to = network(2);
    LoadReport report = to.load(from.stateDict()).orThrow();
    assertEquals(List.copyOf(from.stateDict().names()), report.applied());
    for (String name : report.applied()) {
      assertArrayEquals(
          from.stateDict().get(name).toArray(), to.stateDict().get(name).toArray(), name);
    }
    from.parameters().getFirst().tensor().assign(new float[12]);
    assertTrue(to.parameters().getFirst().tensor().get(0, 0) != 0, "values are shared");
  }

  @Test
  void anAdoptedStateIsNotCopiedButWhatTwoNamesShareIs() {
    StateDict from = network(1).stateDict();
    Sequential to = network(2);
    float[] running = from.get("1.running_mean").toArray();
    from.put("1.bias", from.get("1.weight"));
    LoadReport report = to.adopt(from).orThrow();
    assertEquals(List.copyOf(from.names()), report.applied());
    assertArrayEquals(running, to.stateDict().get("1.running_mean").toArray());
    from.get("0.weight").assign(new float[12]);
    assertEquals(0, to.stateDict().get("0.weight").get(0, 0), "memory is shared with the source");
    to.stateDict().get("1.weight").assign(new float[] {7, 7, 7, 7});
    assertEquals(1, to.stateDict().get("1.bias").get(0), "not with another tensor of the network");
  }

  @Test
  void everyMisfitIsReportedAtOnceWithItsHint() {
    StateDict state = without(network(1).stateDict(), "0.weight");
    state.put("0.wieght", Tensor.ones(4, 3));
    state.put("2.weight", Tensor.ones(5, 4));
    Sequential net = network(2);
    LoadReport report = net.load(state);
    assertEquals(List.of("0.weight"), report.missing());
    assertEquals(List.of("0.wieght"), report.unexpected());
    assertEquals(List.of("2.weight"), report.misshapen());
    assertEquals(7, report.applied().size());
    assertEquals(
        """
        7 applied, 1 missing, 1 unexpected, 1 misshapen
          missing 0.weight (nearest: 0.wieght [4, 3])
          unexpected 0.wieght (nearest: 0.weight [4, 3])
          misshapen 2.weight (the network has [2, 4], the file [5, 4])
          the head has 2 outputs in the network, 5 in the file: keep the file's, drop it, or load \
        with Head.reinitialise(2, rng)\
        """,
        report.toString());
    Exception e = assertThrows(IllegalArgumentException.class, report::orThrow);
    assertTrue(e.getMessage().startsWith("load: the weights do not fit the network: 7 applied"));
  }

  @Test
  void theHintPrefersANameOfTheSameShape() {
    StateDict state = without(network(1).stateDict(), "2.bias");
    state.put("2.bia", Tensor.ones(7));
    state.put("head.bias", Tensor.ones(2));
    LoadReport report = network(2).load(state);
    assertEquals("nearest: head.bias [2]", report.hints().get("2.bias"));
  }

  @Test
  void nothingIsHintedWhereNothingIsNear() {
    StateDict state = without(network(1).stateDict(), "2.bias");
    state.put("embeddings.word_table", Tensor.ones(9, 9));
    LoadReport report = network(2).load(state);
    assertEquals(List.of("2.bias"), report.missing());
    assertTrue(report.hints().isEmpty(), report::toString);
  }

  @Test
  void theBatchCountMayBeAbsentOnEitherSide() {
    StateDict old = without(network(1).stateDict(), "1.num_batches_tracked");
    network(2).load(old).orThrow();
    StateDict surplus = network(1).stateDict().put("0.num_batches_tracked", Tensor.scalar(7));
    network(2).load(surplus).orThrow();
  }

  private static StateDict prefixed(String prefix, StateDict state) {
    StateDict out = new StateDict();
    state.tensors().forEach((name, tensor) -> out.put(prefix + name, tensor));
    return out;
  }

  @Test
  void aPrefixOnEitherSideIsSeen() {
    Sequential net = network(1);
    assertEquals(
        List.of("the file's names begin with \"net.\": take that off, and 8 more fit"),
        net.compare(prefixed("net.", net.stateDict())).advice());
    Sequential outer = new Sequential(net);
    assertEquals(
        List.of(
            "the network's names begin with \"0.\" and the file's do not: load into that part of"
                + " it"),
        outer.compare(network(2).stateDict()).advice());
  }

  @Test
  void weightsOfAnotherNetworkAreSeen() {
    StateDict other = new StateDict().put("features.3.kernel", Tensor.ones(3, 3));
    assertEquals(
        List.of(
            "nothing fits: these are another network's weights, or its names are another library's"),
        network(1).compare(other).advice());
  }

  @Test
  void missingStatisticsAreSeen() {
    StateDict state = without(network(1).stateDict(), "1.running_mean");
    assertEquals(
        List.of(
            "the running statistics are missing: the file was saved without buffers; save"
                + " model.state_dict(), not its parameters"),
        network(2).compare(without(state, "1.running_var")).advice());
  }

  @Test
  void kernelsInKerassOrderAreSeen() {
    Sequential net = new Sequential(new Conv2d(3, 8, 5, Rng.of(1)), new BatchNorm2d(8));
    StateDict state = net.stateDict().put("0.weight", Tensor.zeros(5, 5, 3, 8));
    assertEquals(
        List.of("the kernels' dimensions are in another order, as Keras has them: [h, w, in, out]"),
        net.compare(state).advice());
  }

  @Test
  void aCompleteLoadNeedsNoAdvice() {
    assertEquals(List.of(), network(1).compare(network(2).stateDict()).advice());
  }
}
