package dev.graft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What is recorded, and where gradients end up. */
class AutogradTest {
  private static Tensor leaf(float... values) {
    return Tensor.of(values, values.length).requireGrad();
  }

  @Test
  void noGradRecordsNothing() {
    Tensor x = leaf(1, 2);
    Tensor y = Autograd.noGrad(() -> x.mul(x));
    assertFalse(y.requiresGrad());
    assertNull(y.node());
    assertTrue(Autograd.isRecording());
    assertNotNull(x.mul(x).node());
  }

  @Test
  void noGradIsThisThreadsOnly() throws InterruptedException {
    boolean[] recording = {false};
    Autograd.noGrad(() -> {
      Thread other = Thread.ofVirtual().start(() -> recording[0] = Autograd.isRecording());
      try {
        other.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
    assertTrue(recording[0]);
  }

  @Test
  void detachedValuesAreConstants() {
    Tensor x = leaf(3);
    x.mul(x.detach()).sum().backward();
    assertArrayEquals(new float[] {3}, x.grad().toArray());
  }

  @Test
  void gradientsAccumulateOverPasses() {
    Tensor x = leaf(1, 2);
    x.square().sum().backward();
    x.square().sum().backward();
    assertArrayEquals(new float[] {4, 8}, x.grad().toArray());
  }

  @Test
  void aDiamondIsPassedOnce() {
    Tensor x = leaf(2);
    Tensor y = x.square();
    y.mul(y).add(y).sum().backward(); // d(x⁴ + x²)/dx = 4x³ + 2x
    assertArrayEquals(new float[] {36}, x.grad().toArray());
  }

  @Test
  void aLongChainNeedsNoStack() {
    Tensor x = leaf(1);
    Tensor y = x;
    for (int i = 0; i < 20_000; i++) {
      y = y.add(1);
    }
    y.sum().backward();
    assertArrayEquals(new float[] {1}, x.grad().toArray());
  }

  @Test
  void theGradientOfASumIsWritableMemoryOfItsOwn() {
    Tensor x = Tensor.zeros(40, 40).requireGrad();
    Tensor y = Tensor.zeros(40, 40).requireGrad();
    x.add(y).sum().backward();
    assertTrue(x.grad().layout().isDense());
    assertTrue(x.grad().view().buffer() != y.grad().view().buffer());
    y.grad().assign(new float[1600]);
    assertEquals(1, x.grad().get(39, 39));
  }

  @Test
  void theCallersGradientIsNotTouched() {
    Tensor x = Tensor.zeros(40, 40).requireGrad();
    Tensor gradient = Tensor.full(3, 40, 40);
    Tensor y = x.t();
    y.add(y).add(x).backward(gradient);
    assertTrue(x.grad().view().buffer() != gradient.view().buffer());
    Tensor.full(7, 40, 40).requireGrad().relu().sum().backward();
    assertEquals(3, gradient.get(0, 0));
    assertEquals(9, x.grad().get(5, 6));
  }

  @Test
  void backwardOfALeafAddsTheGivenGradient() {
    Tensor x = leaf(1, 2);
    x.backward(Tensor.of(new float[] {3, 4}, 2));
    x.backward(Tensor.of(new float[] {3, 4}, 2));
    assertArrayEquals(new float[] {6, 8}, x.grad().toArray());
  }
}
