package dev.graft.models;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.nn.LoadReport;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.StateDict;
import dev.graft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A head of another size is kept, dropped or replaced. */
class HeadTest {
  private final StateDict file = ResNet.cifar(8, 10, Rng.of(1)).stateDict();
  private final Tensor images = Tensor.randn(Rng.of(3), 2, 3, 16, 16);

  @Test
  void keptItMustFit() {
    ResNet net = ResNet.cifar(8, 4, Rng.of(2));
    LoadReport report = net.compare(file, Head.keep());
    assertFalse(report.isComplete());
    assertEquals(
        """
        42 applied, 0 missing, 0 unexpected, 2 misshapen
          misshapen linear.weight (the network has [4, 64], the file [10, 64])
          misshapen linear.bias (the network has [4], the file [10])
          the head has 4 outputs in the network, 10 in the file: keep the file's, drop it, or load \
        with Head.reinitialise(4, rng)\
        """,
        report.toString());
    ResNet same = ResNet.cifar(8, 10, Rng.of(2));
    same.load(file, Head.keep()).orThrow();
    assertArrayEquals(
        file.get("linear.weight").toArray(), same.stateDict().get("linear.weight").toArray());
  }

  @Test
  void droppedTheOutputIsTheFeatures() {
    ResNet net = ResNet.cifar(8, 4, Rng.of(2));
    LoadReport dry = net.compare(file, Head.drop());
    assertTrue(net.stateDict().contains("linear.weight"), "a dry run changes nothing");
    LoadReport report = net.load(file, Head.drop()).orThrow();
    assertEquals(dry, report);
    assertEquals(List.of("linear.weight", "linear.bias"), report.dropped());
    assertEquals("42 applied, 0 missing, 0 unexpected, 0 misshapen, 2 dropped", report.toString());
    assertEquals(Shape.of(2, 64), net.eval().apply(images).shape());
    assertFalse(net.stateDict().contains("linear.weight"));
  }

  @Test
  void reinitialisedItIsNewAndTheRestLoaded() {
    ResNet net = ResNet.cifar(8, 10, null);
    LoadReport report = net.load(file, Head.reinitialise(3, Rng.of(5))).orThrow();
    assertEquals(42, report.applied().size());
    assertEquals(Shape.of(2, 3), net.eval().apply(images).shape());
    float[] weight = net.stateDict().get("linear.weight").toArray();
    assertTrue(weight[0] != 0 && weight[0] != file.get("linear.weight").get(0, 0));
    ResNet again = ResNet.cifar(8, 10, null);
    again.load(file, Head.reinitialise(3, Rng.of(5)));
    assertArrayEquals(weight, again.stateDict().get("linear.weight").toArray());
  }

  @Test
  void aFileWithoutAHeadFitsWhereNoneIsKept() {
    StateDict headless = ResNet.cifar(8, 0, Rng.of(1)).stateDict();
    ResNet net = ResNet.cifar(8, 10, null);
    assertEquals(
        List.of("linear.weight", "linear.bias"), net.compare(headless, Head.keep()).missing());
    net.load(headless, Head.reinitialise(3, Rng.of(5))).orThrow();
  }

  @Test
  void aHeadHasClasses() {
    Exception e =
        assertThrows(IllegalArgumentException.class, () -> Head.reinitialise(0, Rng.of(1)));
    assertEquals("head: needs at least one class: got 0", e.getMessage());
  }
}
