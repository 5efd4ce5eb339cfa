package dev.graft.plan;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.models.ResNet;
import dev.graft.nn.BatchNorm1d;
import dev.graft.nn.BatchNorm2d;
import dev.graft.nn.Conv2d;
import dev.graft.nn.Dropout;
import dev.graft.nn.Flatten;
import dev.graft.nn.Layer;
import dev.graft.nn.Linear;
import dev.graft.nn.MaxPool2d;
import dev.graft.nn.ReLU;
import dev.graft.nn.Sequential;
import dev.graft.op.ConvParams;
import dev.graft.op.PoolParams;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plans give what the forward pass gives, however they are run. */
class InferencePlanTest {
  /** Running statistics and biases that are not the neutral ones of a new layer. */
  private static <L extends Layer> L lived(L net) {
    Rng rng = Rng.of(7);
    net.stateDict()
        .tensors()
        .forEach((name, t) -> {
          if (name.endsWith("running_var")) {
            t.assign(Tensor.rand(rng, t.dim(0)).add(0.5f).toArray());
          } else if (t.rank() == 1) {
            t.assign(
                Tensor.randn(rng, t.dim(0))
                    .mul(0.2f)
                    .add(name.endsWith("weight") ? 1 : 0)
                    .toArray());
          }
        });
    net.eval();
    return net;
  }

  private static Tensor input(Shape shape) {
    return Tensor.randn(Rng.of(3), shape.toArray());
  }

  private static InferencePlan check(UnaryOperator<Tensor> forward, int... dims) {
    Tensor x = input(Shape.of(dims));
    InferencePlan plan = InferencePlan.of(forward, x.shape());
    Tensor expected = Autograd.noGrad(() -> forward.apply(x));
    close(expected, plan.run(x));
    float[] values = new float[expected.numel()];
    plan.run(x, values);
    assertArrayEquals(plan.run(x).toArray(), values);
    return plan;
  }

  private static void close(Tensor expected, Tensor actual) {
    assertEquals(expected.shape(), actual.shape());
    float[] e = expected.toArray();
    float[] a = actual.toArray();
    double size = 0;
    double error = 0;
    for (int i = 0; i < e.length; i++) {
      size = Math.max(size, Math.abs(e[i]));
      double difference = Math.abs((double) e[i] - a[i]);
      error = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(error, difference);
    }
    assertTrue(error <= 1e-4 * size, error + " of " + size);
  }

  private static List<String> names(InferencePlan plan) {
    return plan.steps().stream().map(InferencePlan.Row::name).toList();
  }

  @ParameterizedTest
  @CsvSource({"1, 32", "2, 33", "5, 40"})
  void resnet18(int batch, int size) {
    ResNet net = lived(ResNet.of(18, 10, Rng.of(1)));
    InferencePlan plan = check(net::apply, batch, 3, size, size);
    List<String> names = names(plan);
    assertEquals(1 + 20 + 1 + 1 + 1, names.size(), names.toString());
    assertEquals(8, names.stream().filter("conv2d + residual + relu"::equals).count());
  }

  @Test
  void bottlenecksAndCifarNetworks() {
    check(lived(ResNet.of(50, 7, Rng.of(1)))::apply, 1, 3, 40, 40);
    check(lived(ResNet.cifar(20, 10, Rng.of(1)))::apply, 7, 3, 32, 32);
  }

  @Test
  void aBatchNormWithoutALayerBeforeItIsAStepByChannel() {
    Layer net =
        lived(
            new Sequential(
                new BatchNorm2d(3),
                new ReLU(),
                new Conv2d(3, 5, 3, ConvParams.DEFAULT.withPadding(1), Rng.of(1)),
                new ReLU(),
                new BatchNorm2d(5)));
    InferencePlan plan = check(net::apply, 2, 3, 9, 7);
    assertEquals(List.of("input", "batch_norm + relu", "conv2d + relu", "batch_norm"), names(plan));
    assertEquals("by channel, in place", plan.steps().get(1).algorithm());
  }

  @Test
  void batchNormGoesIntoALinearLayerOfRows() {
    Rng rng = Rng.of(1);
    Layer net =
        lived(
            new Sequential(
                new Linear(6, 9, rng),
                new BatchNorm1d(9),
                new ReLU(),
                new Dropout(0.5f, rng),
                new Linear(9, 4, rng)));
    for (int rows : new int[] {1, 4, 5, 64}) {
      InferencePlan plan = check(net::apply, rows, 6);
      assertEquals(List.of("input", "linear + relu", "linear"), names(plan));
    }
  }

  @Test
  void aBatchNormWhoseLayerIsReadTwiceIsNotFolded() {
    Conv2d conv = lived(new Conv2d(3, 4, 1, Rng.of(1)));
    BatchNorm2d norm = lived(new BatchNorm2d(4));
    InferencePlan plan =
        check(
            x -> {
              Tensor y = conv.apply(x);
              return norm.apply(y).mul(y);
            },
            2,
            3,
            5,
            5);
    assertEquals(List.of("input", "conv2d", "batch_norm", "mul"), names(plan));
  }

  @Test
  void aConvolutionAddsItsOwnInput() {
    Conv2d conv = lived(new Conv2d(4, 4, 3, ConvParams.DEFAULT.withPadding(1), Rng.of(1)));
    InferencePlan plan = check(x -> conv.apply(x).add(x).relu(), 2, 4, 6, 6);
    assertEquals(List.of("input", "conv2d + residual + relu"), names(plan));
    check(x -> x.add(conv.apply(x)), 2, 4, 6, 6);
    check(x -> conv.apply(x).add(conv.apply(x.relu())).relu().add(x), 2, 4, 6, 6);
  }

  @Test
  void broadcastAdditionsAreNoResiduals() {
    Conv2d conv = lived(new Conv2d(4, 4, 1, Rng.of(1)));
    Tensor bias = input(Shape.of(4, 1, 1));
    check(x -> conv.apply(x).add(bias).relu(), 2, 4, 6, 6);
    check(x -> x.mean(true, 2, 3).add(conv.apply(x)), 2, 4, 6, 6);
  }

  @Test
  void squeezeAndExcitation() {
    Conv2d down = lived(new Conv2d(8, 2, 1, Rng.of(1)));
    Conv2d up = lived(new Conv2d(2, 8, 1, Rng.of(2)));
    check(x -> x.mul(up.apply(down.apply(x.mean(true, 2, 3)).relu()).sigmoid()).add(x), 2, 8, 5, 7);
  }

  @Test
  void viewsTakeNoStepsAndConversionsShow() {
    Linear linear = lived(new Linear(5, 3, Rng.of(1)));
    Conv2d conv = lived(new Conv2d(4, 5, 1, Rng.of(1)));
    InferencePlan plan =
        check(x -> linear.apply(conv.apply(x).permute(0, 2, 3, 1)).flatten(1), 2, 4, 3, 3);
    assertEquals(List.of("input", "conv2d", "linear"), names(plan));
    plan = check(x -> conv.apply(x).flatten(1).narrow(1, 3, 20).relu(), 2, 4, 3, 3);
    assertEquals("layout", names(plan).get(2));
    assertEquals("from channels last", plan.steps().get(2).algorithm());
  }

  @Test
  void aCopyOfWhatWasOverwrittenIsNotUsedAgain() {
    Conv2d conv = lived(new Conv2d(3, 3, 1, Rng.of(1)));
    check(
        x -> {
          Tensor rows = x.reshape(2, 3, 30).softmax(-1).reshape(2, 3, 5, 6);
          Tensor first = conv.apply(rows);
          return conv.apply(rows.exp()).add(first.flatten(1).sum());
        },
        2,
        3,
        5,
        6);
  }

  @Test
  void everythingElseRunsAsAnOperation() {
    InferencePlan plan = check(x -> x.cumsum(1).logSumExp(false, 1).relu(), 3, 8);
    assertEquals(List.of("input", "cumsum", "logsumexp", "relu"), names(plan));
    assertEquals("operation", plan.steps().get(1).algorithm());
  }

  @Test
  void constantsAndTheInputItselfMayBeTheResult() {
    Tensor w = Tensor.arange(6).reshape(2, 3);
    check(x -> x, 2, 3);
    check(x -> x.reshape(3, 2), 2, 3);
    check(x -> w.transpose(0, 1), 2, 3);
    check(x -> x.transpose(0, 1), 2, 3);
    check(x -> Functional.maxPool2d(x, PoolParams.of(2)), 2, 3, 4, 4);
  }

  @Test
  void anEmptyBatchHasAnEmptyResult() {
    ResNet net = lived(ResNet.of(18, 10, Rng.of(1)));
    InferencePlan plan = InferencePlan.of(net::apply, Shape.of(0, 3, 32, 32));
    assertEquals(Shape.of(0, 10), plan.run(Tensor.zeros(0, 3, 32, 32)).shape());
  }

  @Test
  void inputsMayLieInAnyOrder() {
    ResNet net = lived(ResNet.cifar(20, 10, Rng.of(1)));
    InferencePlan plan = InferencePlan.of(net::apply, Shape.of(2, 3, 32, 32));
    Tensor x = input(Shape.of(2, 3, 32, 32));
    float[] expected = plan.run(x).toArray();
    assertArrayEquals(expected, plan.run(x.channelsLast()).toArray());
    Tensor turned = x.transpose(2, 3).contiguous().transpose(2, 3);
    assertArrayEquals(expected, plan.run(turned).toArray());
    Tensor part = Tensor.cat(0, input(Shape.of(1, 3, 32, 32)), x).narrow(0, 1, 2);
    assertArrayEquals(expected, plan.run(part).toArray());
  }

  @Test
  void threadsMayShareAPlan() {
    ResNet net = lived(ResNet.cifar(20, 10, Rng.of(1)));
    Shape shape = Shape.of(2, 3, 32, 32);
    InferencePlan plan = InferencePlan.of(net::apply, shape);
    List<CompletableFuture<Void>> callers = new ArrayList<>();
    for (int caller = 0; caller < 4; caller++) {
      Tensor x = Tensor.randn(Rng.of(caller), shape.toArray());
      float[] expected = plan.run(x).toArray();
      callers.add(
          CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 20; i++) {
              assertArrayEquals(expected, plan.run(x).toArray());
            }
          }));
    }
    callers.forEach(CompletableFuture::join);
  }

  @Test
  void resultsAreTheCallersOwn() {
    Linear linear = lived(new Linear(3, 2, Rng.of(1)));
    InferencePlan plan = InferencePlan.of(linear::apply, Shape.of(1, 3));
    Tensor first = plan.run(Tensor.ones(1, 3));
    float[] before = first.toArray();
    plan.run(Tensor.zeros(1, 3));
    assertArrayEquals(before, first.toArray());
  }

  @Test
  void wrongInputsAreRefused() {
    Layer net = lived(new Sequential(new Flatten(), new Linear(12, 2, Rng.of(1))));
    InferencePlan plan = InferencePlan.of(net::apply, Shape.of(1, 3, 2, 2));
    assertEquals(
        "plan: input [2, 3, 2, 2], the plan was made for [1, 3, 2, 2]; make one for each shape",
        assertThrows(ShapeException.class, () -> plan.run(Tensor.zeros(2, 3, 2, 2))).getMessage());
    assertEquals(
        "plan: the result [1, 2] has 2 values, the array 3",
        assertThrows(ShapeException.class, () -> plan.run(Tensor.zeros(1, 3, 2, 2), new float[3]))
            .getMessage());
    assertEquals(
        "plan: profile needs at least 1 run: 0",
        assertThrows(
                IllegalArgumentException.class, () -> plan.profile(Tensor.zeros(1, 3, 2, 2), 0))
            .getMessage());
    assertEquals(
        "linear \"1\": input [1, 27] has 27 features, weight [2, 12] expects 12",
        assertThrows(ShapeException.class, () -> InferencePlan.of(net::apply, Shape.of(1, 3, 3, 3)))
            .getMessage());
  }

  @Test
  void anotherBackendsInputIsRefused() {
    Backend scalar = Backends.scalar();
    InferencePlan plan = InferencePlan.of(x -> x.relu().neg(), Shape.of(2, 2), scalar);
    Tensor x = Tensor.of(new float[] {1, -2, 3, -4}, 2, 2);
    assertArrayEquals(new float[] {-1, -0.0f, -3, -0.0f}, plan.run(x.to(scalar)).toArray());
    if (Backends.cpu() != scalar) {
      String message = assertThrows(IllegalArgumentException.class, () -> plan.run(x)).getMessage();
      assertEquals(
          "plan: the input lies on "
              + Backends.cpu().name()
              + ", the plan on "
              + scalar.name()
              + "; move it with to(…)",
          message);
    }
  }

  @Test
  void theTableSaysWhatItDoesAndHowFast() {
    Layer net =
        lived(
            new Sequential(
                new Conv2d(3, 4, 3, ConvParams.DEFAULT.withPadding(1), Rng.of(1)),
                new BatchNorm2d(4),
                new ReLU(),
                new MaxPool2d(2),
                new Flatten(),
                new Linear(64, 10, Rng.of(1))));
    Tensor x = input(Shape.of(1, 3, 8, 8));
    InferencePlan plan = InferencePlan.of(net::apply, x.shape());
    String before = plan.toString();
    assertTrue(before.endsWith("not timed yet: profile(x, runs)"), before);
    plan.profile(x, 3);
    String after = plan.toString();
    assertTrue(after.endsWith("median of 3 runs"), after);
    assertTrue(plan.steps().stream().allMatch(r -> r.ms() >= 0));
  }

  @Test
  void aRunAllocatesNothing() {
    Layer net =
        lived(
            new Sequential(
                new BatchNorm2d(3),
                new ReLU(),
                new MaxPool2d(2),
                new Flatten(),
                new Linear(48, 10, Rng.of(1))));
    Tensor x = input(Shape.of(2, 3, 8, 8));
    InferencePlan plan = InferencePlan.of(t -> net.apply(t).add(1).relu(), x.shape());
    float[] out = new float[20];
    long bytes = Long.MAX_VALUE;
    // Vectors are objects until the JIT, in its own time, has compiled their loops.
    for (int attempt = 0; attempt < 400 && bytes >= 1000; attempt++) {
      LockSupport.parkNanos(attempt < 20 ? 0 : 50_000_000);
      bytes = allocatedBy(() -> plan.run(x, out), 1000);
    }
    assertTrue(bytes < 1000, bytes + " bytes in 1000 runs");
  }

  /** What is packed is the plan's own: a network that nobody holds gives its memory back. */
  @Test
  void aPlanHoldsNoWeightsThatItHasPacked() {
    Layer[] net = {lived(new Sequential(new Conv2d(16, 16, 3, Rng.of(1)), new ReLU()))};
    WeakReference<float[]> weight =
        new WeakReference<>(net[0].parameters().getFirst().tensor().view().array());
    Tensor x = input(Shape.of(1, 16, 8, 8));
    // A convolution of packed weights, an operation without a step, rows, and views.
    Layer[] taken = net.clone();
    InferencePlan plan =
        InferencePlan.of(
            t -> taken[0].apply(t).pow(2).mean(2, 3).softmax(1).reshape(4, 4), x.shape());
    plan.run(x);
    net[0] = null;
    taken[0] = null;
    for (int i = 0; i < 50 && weight.get() != null; i++) {
      System.gc();
      LockSupport.parkNanos(10_000_000);
    }
    assertNull(weight.get(), "the plan holds the network's weights");
    plan.run(x);
  }

  private static long allocatedBy(Runnable body, int times) {
    ThreadMXBean bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long id = Thread.currentThread().threadId();
    long before = bean.getThreadAllocatedBytes(id);
    for (int i = 0; i < times; i++) {
      body.run();
    }
    return bean.getThreadAllocatedBytes(id) - before;
  }
}
