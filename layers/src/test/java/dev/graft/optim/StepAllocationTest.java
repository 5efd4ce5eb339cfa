package dev.graft.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.graft.models.ResNet;
import dev.graft.nn.CrossEntropyLoss;
import dev.graft.nn.Layer;
import dev.graft.nn.Loss;
import dev.graft.nn.Parameter;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** A training step takes its arrays from the step before. */
class StepAllocationTest {
  /** Less than the activations of one layer, and than the largest weight. */
  private static final long SMALL_OBJECTS = 1_000_000;

  @Test
  void aStepAllocatesSmallObjectsAlone() {
    Layer net = ResNet.cifar(8, 10, Rng.of(1)).train();
    Tensor x = Tensor.randn(Rng.of(2), 32, 3, 32, 32);
    int[] labels = new int[32];
    Loss loss = new CrossEntropyLoss();
    SGD sgd = new SGD(net.parameters(), 0.01, 0.9f, 1e-4f, false);
    Supplier<Float> step =
        () -> {
          sgd.zeroGrad();
          Tensor value = loss.apply(net.apply(x), labels);
          value.backward();
          ClipGrad.clipGradNorm(net.parameters(), 5);
          sgd.step();
          return value.item();
        };
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long bytes = Long.MAX_VALUE;
    // Vectors are objects until the JIT, in its own time, has compiled their loops.
    for (int attempt = 0; attempt < 300 && bytes >= SMALL_OBJECTS; attempt++) {
      LockSupport.parkNanos(attempt < 20 ? 0 : 20_000_000);
      long before = threads.getTotalThreadAllocatedBytes();
      Autograd.step(step);
      bytes = threads.getTotalThreadAllocatedBytes() - before;
    }
    assertTrue(bytes < SMALL_OBJECTS, bytes + " bytes in a step");
  }

  private static Tensor leaf() {
    return Tensor.randn(Rng.of(3), 64, 64).requireGrad();
  }

  private static void backward(Tensor leaf) {
    Autograd.step(() -> {
      leaf.mul(2).sum().backward();
      return null;
    });
  }

  @Test
  void aGradientThatNobodyAskedForIsTheNextOnesMemory() {
    Tensor leaf = leaf();
    SGD sgd = new SGD(List.of(new Parameter("w", leaf)), 0.1);
    backward(leaf);
    float[] first = leaf.gradForUpdate().view().array();
    sgd.zeroGrad();
    assertSame(first, leaf.backend().allocate(64 * 64).array());
  }

  @Test
  void aGradientThatSomebodyHasStaysHis() {
    Tensor leaf = leaf();
    SGD sgd = new SGD(List.of(new Parameter("w", leaf)), 0.1);
    backward(leaf);
    Tensor mine = leaf.grad();
    float[] before = mine.toArray();
    sgd.zeroGrad();
    backward(leaf);
    assertNotSame(mine, leaf.grad());
    assertArrayEquals(before, mine.toArray());
  }
}
