package dev.graft.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.graft.models.ResNet;
import dev.graft.nn.BatchNorm2d;
import dev.graft.nn.Conv2d;
import dev.graft.nn.Dropout;
import dev.graft.nn.Layer;
import dev.graft.nn.ReLU;
import dev.graft.nn.Sequential;
import dev.graft.op.ConvParams;
import dev.graft.op.Permute;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What a trace sees, and what it refuses. */
class TracerTest {
  private static final Shape IMAGES = Shape.of(2, 3, 8, 8);

  private static Layer small() {
    Rng rng = Rng.of(1);
    return new Sequential(
        new Conv2d(3, 4, 3, ConvParams.DEFAULT.withPadding(1), rng),
        new BatchNorm2d(4),
        new ReLU(),
        new Dropout(0.5f, rng));
  }

  @Test
  void operationsShapesAndPathsAreListedInOrder() {
    Layer net = small();
    net.eval();
    Graph graph = Tracer.trace(x -> net.apply(x).add(1).flatten(1).permute(1, 0), IMAGES);
    assertEquals(
        """
        input [2, 3, 8, 8]
        %1 = conv2d(input, constant[4, 3, 3, 3], constant[4]) [2, 4, 8, 8] "0"
        %2 = batch_norm(%1, constant[4], constant[4], constant[4], constant[4]) [2, 4, 8, 8] "1"
        %3 = relu(%2) [2, 4, 8, 8] "2"
        %4 = add_scalar(%3) [2, 4, 8, 8]
        %5 = reshape(%4) [2, 256]
        %6 = permute(%5) [256, 2]
        output %6\
        """,
        graph.toString());
    assertEquals(new Permute(1, 0), graph.calls().getLast().op());
  }

  @Test
  void constantsAreTheLayersOwnTensors() {
    ResNet net = ResNet.of(18, 10, null);
    net.eval();
    Graph graph = Tracer.trace(net::apply, Shape.of(1, 3, 32, 32));
    Graph.Call first = graph.calls().getFirst();
    Graph.Constant weight = (Graph.Constant) first.input(1);
    assertSame(net.stateDict().get("conv1.weight"), weight.tensor());
    assertEquals("conv1", first.path());
    assertEquals("fc", graph.calls().getLast().path());
    assertSame(graph.calls().getLast(), graph.output());
    assertEquals(8L * 8 * 64 * 64 * 9, graph.calls().get(4).multiplyAdds());
  }

  @Test
  void operationsOnConstantsAreConstants() {
    Tensor w = Tensor.arange(3);
    Graph graph = Tracer.trace(x -> x.mul(w.mul(2).add(1)), Shape.of(2, 3));
    assertEquals(1, graph.calls().size());
    Graph.Constant folded = (Graph.Constant) graph.calls().getFirst().input(1);
    assertEquals(5, folded.tensor().get(2));
    Graph none = Tracer.trace(x -> w.neg(), Shape.of(2, 3));
    assertEquals("input [2, 3]\noutput constant[3]", none.toString());
  }

  @Test
  void detachedIsTheSameValue() {
    Graph graph = Tracer.trace(x -> x.relu().detach().neg(), Shape.of(4));
    assertSame(graph.calls().get(0), graph.calls().get(1).input(0));
    assertEquals("input [4]\noutput input", Tracer.trace(x -> x, Shape.of(4)).toString());
  }

  private static void refused(String message, UnaryOperator<Tensor> forward) {
    UntraceableException e =
        assertThrows(UntraceableException.class, () -> Tracer.trace(forward, IMAGES));
    assertEquals(message, e.getMessage());
  }

  @Test
  void trainingModeIsRefused() {
    Layer net = small();
    refused(
        "plan \"1\": batch_norm is in training mode: it takes each batch's own statistics;"
            + " call eval() before making a plan",
        net::apply);
    assertEquals(0, net.stateDict().get("1.num_batches_tracked").item());
    net.children().get("1").freeze();
    refused(
        "plan \"3\": dropout draws random numbers: p 0.5; call eval() before making a plan",
        net::apply);
  }

  @Test
  void valuesAreNotToBeRead() {
    String hint = "; a plan is made before there are any, so run this network without one";
    refused(
        "plan: forward reads values that depend on the input: sum []" + hint,
        x -> x.relu().sum().item() > 0 ? x : x.neg().add(x.relu().toArray()[0]));
  }

  @Test
  void everyWayToReadValuesIsRefused() {
    for (UnaryOperator<Tensor> forward :
        java.util.List.<UnaryOperator<Tensor>>of(
            x -> Tensor.of(x.toArray(), 384),
            x -> Tensor.scalar(x.get(0, 0, 0, 0)),
            x -> Tensor.scalar(x.sum().item()),
            x -> x.indexSelect(0, x.argmax(1)[0]),
            x -> x.topk(2, 1).values(),
            x -> x.copy(x.layout()),
            x -> Tensor.scalar(x.view().array()[0]))) {
      UntraceableException e =
          assertThrows(UntraceableException.class, () -> Tracer.trace(forward, IMAGES));
      assertEquals(
          "plan: forward reads values that depend on the input",
          e.getMessage().substring(0, e.getMessage().indexOf(": ", 6)));
    }
  }

  @Test
  void randomNumbersAreRefused() {
    Rng rng = Rng.of(1);
    refused(
        "plan: forward is not the same twice: other inputs for add [2, 3, 8, 8]; a plan would"
            + " freeze what changes, such as random numbers",
        x -> x.add(Tensor.randn(rng, 2, 3, 8, 8)));
  }

  @Test
  void theInputIsNotToBeOverwritten() {
    refused(
        "plan: forward overwrites a tensor that depends on the input: the input [2, 3, 8, 8];"
            + " make a new one",
        x -> {
          x.assign(new float[x.numel()]);
          return x;
        });
  }

  @Test
  void oneTraceIsNoneOfAnothersBusiness() {
    Tensor[] kept = new Tensor[1];
    refused(
        "plan: a tensor of one trace is used in another: shape [2, 3, 8, 8]; keep none",
        x -> {
          kept[0] = kept[0] == null ? x.relu() : kept[0];
          return kept[0];
        });
  }

  @Test
  void theSameGraphIsKnownAgainUntilAWeightChanges() {
    Layer net = small();
    net.eval();
    UnaryOperator<Tensor> forward = x -> net.apply(x).mul(2).indexSelect(1, 1, 2);
    Graph first = Tracer.trace(forward, IMAGES);
    assertNull(SameGraph.difference(first, Tracer.trace(forward, IMAGES)));
    Tensor bias = net.stateDict().get("1.running_mean");
    bias.assign(bias.toArray());
    assertEquals(
        "other inputs for batch_norm \"1\" [2, 4, 8, 8]",
        SameGraph.difference(first, Tracer.trace(forward, IMAGES)));
  }
}
