package dev.graft.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.nn.BatchNorm2d;
import dev.graft.nn.Conv2d;
import dev.graft.nn.Flatten;
import dev.graft.nn.Linear;
import dev.graft.nn.MaxPool2d;
import dev.graft.nn.ReLU;
import dev.graft.nn.Sequential;
import dev.graft.op.ConvParams;
import dev.graft.op.PoolParams;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Large batches run in parts where, and only where, each example stands for itself. */
class BatchPartsTest {
  private static final Shape IMAGES = Shape.of(48, 8, 64, 64);
  private static final ConvParams PADDED = ConvParams.DEFAULT.withPadding(1);

  private final Conv2d conv = new Conv2d(8, 8, 3, PADDED, Rng.of(1));
  private final Tensor x = Tensor.randn(Rng.of(3), IMAGES.toArray());

  private InferencePlan check(UnaryOperator<Tensor> forward) {
    InferencePlan plan = InferencePlan.of(forward, IMAGES);
    Tensor expected = Autograd.noGrad(() -> forward.apply(x));
    Tensor actual = plan.run(x);
    assertEquals(expected.shape(), plan.outputShape());
    assertEquals(expected.shape(), actual.shape());
    assertArrayEquals(expected.toArray(), actual.toArray(), 1e-4f, plan.toString());
    float[] values = new float[expected.numel()];
    plan.run(x, values);
    assertArrayEquals(actual.toArray(), values);
    return plan;
  }

  @Test
  void aNetworkOfSmallWeightsRunsInParts() {
    Sequential net =
        new Sequential(
            conv,
            new BatchNorm2d(8),
            new ReLU(),
            new MaxPool2d(PoolParams.of(8)),
            new Flatten(),
            new Linear(8 * 64, 5, Rng.of(2)));
    net.eval();
    InferencePlan plan = check(net::apply);
    assertEquals(3, plan.parts());
    assertTrue(plan.arenaBytes() < 2L * Float.BYTES * IMAGES.numel() / 3 + 100_000);
    assertEquals(Shape.of(48, 5), plan.steps().getLast().shape());
    long products = plan.steps().stream().mapToLong(InferencePlan.Row::multiplyAdds).sum();
    assertEquals(48L * (64 * 64 * 8 * 8 * 9 + 8 * 64 * 5), products);
    assertFalse(Double.isNaN(plan.profile(x, 2).steps().getLast().ms()));
    assertTrue(plan.toString().contains("batch in 3 parts"));
  }

  @Test
  void imagesAreAResultToo() {
    assertEquals(6, check(x -> conv.apply(x).add(x)).parts());
    assertEquals(3, check(x -> conv.apply(x.mul(Tensor.full(0.5f, 1, 8, 1, 1)))).parts());
  }

  @Test
  void whatMixesExamplesRunsWhole() {
    assertEquals(1, check(x -> conv.apply(x).sub(x.mean(true, 0))).parts());
    assertEquals(1, check(x -> conv.apply(x).permute(1, 0, 2, 3).contiguous()).parts());
    assertEquals(1, check(x -> conv.apply(x.mul(this.x))).parts());
    assertEquals(1, check(x -> Tensor.cat(0, conv.apply(x), x)).parts());
  }

  @Test
  void smallBatchesAndLargeWeightsRunWhole() {
    assertEquals(1, InferencePlan.of(conv::apply, Shape.of(8, 8, 64, 64)).parts());
    Linear wide = new Linear(32768, 200, Rng.of(4));
    assertEquals(1, InferencePlan.of(x -> wide.apply(x.flatten(1)), IMAGES).parts());
  }
}
