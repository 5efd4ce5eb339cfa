package dev.graft.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.graft.op.ConvParams;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class StepTest {
  private static final int N = 5000;

  private final Tensor x = Tensor.randn(Rng.of(1), N);

  @Test
  void tensorsOfAStepThrowAfterIt() {
    Tensor[] made = new Tensor[2];
    Autograd.step(() -> {
      made[0] = x.exp();
      made[1] = made[0].reshape(2, N / 2);
      return null;
    });
    String expected =
        "tensor: its values went back at the end of its training step: 5000 values; call keep() on"
            + " what is used after the step, or return it from the step";
    for (Tensor t : made) {
      assertEquals(
          expected, assertThrows(IllegalStateException.class, () -> t.sum().item()).getMessage());
      assertEquals(expected, assertThrows(IllegalStateException.class, t::toArray).getMessage());
    }
  }

  @Test
  void whatIsReturnedOrKeptKeepsItsValues() {
    float[] expected = x.exp().toArray();
    float[] doubled = x.mul(2).toArray();
    Tensor[] kept = new Tensor[1];
    Tensor returned =
        Autograd.step(() -> {
          kept[0] = x.mul(2).keep();
          return x.exp();
        });
    for (int i = 0; i < 3; i++) {
      Autograd.step(() -> x.neg().add(x.abs()).sum().item());
    }
    assertArrayEquals(expected, returned.toArray());
    assertArrayEquals(doubled, kept[0].toArray());
  }

  @Test
  void inputsAndViewsOfThemSurvive() {
    float[] before = x.toArray();
    Autograd.step(() -> x.reshape(10, N / 10).sum().item());
    assertArrayEquals(before, x.toArray());
  }

  @Test
  void gradientsOfLeavesSurviveAndAddUpOverSteps() {
    Tensor w = Tensor.ones(N).requireGrad();
    for (int i = 0; i < 3; i++) {
      Autograd.step(() -> {
        Tensor loss = w.mul(x).sum();
        loss.backward();
        return loss.item();
      });
    }
    assertNotNull(w.grad());
    assertArrayEquals(x.mul(3).toArray(), w.grad().toArray(), 1e-5f);
  }

  @Test
  void aStepInsideAStepKeepsForTheOuterOneOnly() {
    Tensor[] outerOnly = new Tensor[1];
    Autograd.step(() -> {
      outerOnly[0] = x.exp();
      Autograd.step(() -> x.neg().sum().item());
      return outerOnly[0].sum().item();
    });
    assertThrows(IllegalStateException.class, () -> outerOnly[0].toArray());
  }

  @Test
  void aStepThatThrowsGivesItsMemoryBackToo() {
    Tensor[] made = new Tensor[1];
    assertThrows(
        IllegalArgumentException.class,
        () ->
            Autograd.step(() -> {
              made[0] = x.exp();
              throw new IllegalArgumentException("bad batch");
            }));
    assertThrows(IllegalStateException.class, () -> made[0].toArray());
  }

  @Test
  void theSameBitsAsWithoutSteps() {
    float[] without = train(false);
    float[] with = train(true);
    assertArrayEquals(without, with);
  }

  private static float[] train(boolean steps) {
    Tensor w = Tensor.randn(Rng.of(3), 8, 3, 3, 3).requireGrad();
    Tensor images = Tensor.randn(Rng.of(4), 4, 3, 20, 20);
    for (int i = 0; i < 4; i++) {
      Supplier<Float> body =
          () -> {
            w.setGrad(null);
            Tensor loss =
                Functional.conv2d(images, w, null, ConvParams.DEFAULT).relu().square().mean();
            loss.backward();
            float[] values = w.toArray();
            float[] grad = w.grad().toArray();
            for (int k = 0; k < values.length; k++) {
              values[k] -= 0.1f * grad[k];
            }
            w.assign(values);
            return loss.item();
          };
      float loss = steps ? Autograd.step(body) : body.get();
      assertEquals(loss, loss);
    }
    return w.toArray();
  }
}
