package dev.graft.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.nn.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptimizerTest {
  private final Tensor w = Tensor.of(new float[] {1, -2}, 2).requireGrad();
  private final List<Parameter> params = List.of(new Parameter("w", w));

  private void step(Optimizer optimizer, float... grad) {
    w.setGrad(Tensor.of(grad, grad.length));
    optimizer.step();
  }

  private void assertWeights(double... expected) {
    float[] actual = w.toArray();
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 1e-6, "element " + i);
    }
  }

  @Test
  void plainDescent() {
    step(new SGD(params, 0.5), 1, 2);
    assertWeights(0.5, -3);
  }

  @Test
  void momentumStartsFromTheFirstGradient() {
    SGD sgd = new SGD(params, 0.1, 0.9f, 0, false);
    step(sgd, 1, 0); // v = 1
    assertWeights(0.9, -2);
    step(sgd, 1, 0); // v = 1.9
    assertWeights(0.71, -2);
  }

  @Test
  void nesterovLooksAhead() {
    SGD sgd = new SGD(params, 0.1, 0.9f, 0, true);
    step(sgd, 1, 0); // 1 + 0.9·1
    assertWeights(0.81, -2);
  }

  @Test
  void weightDecayJoinsTheGradientOfSgd() {
    step(new SGD(params, 0.1, 0, 0.5f, false), 0, 0);
    assertWeights(0.95, -1.9);
  }

  @Test
  void adamsFirstStepIsTheLearningRate() {
    step(new Adam(params, 0.1), 3, -0.01f);
    assertWeights(0.9, -1.9);
  }

  @Test
  void decoupledDecayIsNotNormalised() {
    ParamGroup group = new ParamGroup(params, 0.1, 0.5f);
    step(new AdamW(List.of(group), 0.9f, 0.999f, 1e-8f), 0, 0);
    assertWeights(0.95, -1.9);
  }

  @Test
  void groupsHaveTheirOwnRates() {
    Tensor other = Tensor.of(new float[] {1}, 1).requireGrad();
    other.setGrad(Tensor.ones(1));
    ParamGroup slow = new ParamGroup(List.of(new Parameter("other", other)), 0.01, 0);
    step(new SGD(List.of(new ParamGroup(params, 0.1, 0), slow), 0, false), 1, 1);
    assertWeights(0.9, -2.1);
    assertEquals(0.99f, other.item(), 1e-6f);
  }

  @Test
  void gradientsInAnotherMemoryOrderAreReordered() {
    Tensor m = Tensor.of(new float[] {0, 0, 0, 0, 0, 0}, 2, 3).requireGrad();
    m.setGrad(Tensor.of(new float[] {1, 4, 2, 5, 3, 6}, 3, 2).t());
    new SGD(List.of(new Parameter("m", m)), 1).step();
    assertArrayEquals(new float[] {-1, -2, -3, -4, -5, -6}, m.toArray());
  }

  @Test
  void parametersWithoutAGradientStay() {
    new SGD(params, 0.5, 0.9f, 0.1f, false).step();
    assertWeights(1, -2);
  }

  @Test
  void frozenParametersAreLeftOutAndNothingToTrainIsRefused() {
    w.requireGrad(false);
    Exception e = assertThrows(IllegalArgumentException.class, () -> new SGD(params, 0.1));
    assertTrue(e.getMessage().contains("everything is frozen"), e::getMessage);
  }

  @Test
  void nonsenseIsRefused() {
    for (double lr : new double[] {0, -0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      Exception e = assertThrows(IllegalArgumentException.class, () -> new SGD(params, lr));
      assertEquals("optimizer: lr must be positive and finite: " + lr, e.getMessage());
    }
    assertThrows(IllegalArgumentException.class, () -> new SGD(params, 1, 1.5f, 0, false));
    assertThrows(IllegalArgumentException.class, () -> new SGD(params, 1, 0, 0, true));
    assertThrows(IllegalArgumentException.class, () -> new SGD(params, 1, 0, -1, false));
    List<ParamGroup> groups = List.of(new ParamGroup(params, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> new Adam(groups, 0.9f, 1, 1e-8f));
  }
}
