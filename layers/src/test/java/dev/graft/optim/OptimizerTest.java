package dev.graft.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

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

  private void threeSteps(Optimizer optimizer) {
    step(optimizer, 1, 2);
    step(optimizer, -0.5f, 1);
    step(optimizer, 0.25f, 3);
  }

  /** The numbers are PyTorch's (1.13, in float64). */
  @Test
  void rmspropInAllItsForms() {
    threeSteps(new RMSprop(List.of(new ParamGroup(params, 0.1, 0)), 0.9f, 1e-8f, 0, false));
    assertWeights(0.7557505590, -2.7253816740);
    w.assign(new float[] {1, -2});
    threeSteps(new RMSprop(List.of(new ParamGroup(params, 0.1, 0)), 0.9f, 1e-8f, 0, true));
    assertWeights(0.7383687556, -2.7938295463);
    w.assign(new float[] {1, -2});
    threeSteps(new RMSprop(List.of(new ParamGroup(params, 0.1, 0)), 0.9f, 1e-8f, 0.9f, false));
    assertWeights(0.3476988528, -3.3988289039);
    w.assign(new float[] {1, -2});
    threeSteps(new RMSprop(List.of(new ParamGroup(params, 0.1, 0.1f)), 0.9f, 1e-8f, 0.9f, true));
    assertWeights(0.2427033462, -3.4730247301);
  }

  @Test
  void centredRmspropSurvivesEqualGradients() {
    // In float the mean's square then exceeds the mean of the squares: the root would be NaN.
    RMSprop centered = new RMSprop(List.of(new ParamGroup(params, 1e-9, 0)), 0.9f, 1, 0, true);
    for (int i = 0; i < 300; i++) {
      step(centered, 0.1f, 0.1f);
    }
    assertWeights(1, -2);
  }

  /** The numbers are those of the paper's algorithm 2, written in NumPy. */
  @Test
  void lambScalesItsStepToTheParametersNorm() {
    threeSteps(new LAMB(List.of(new ParamGroup(params, 0.1, 0.1f)), 0.9f, 0.999f, 1e-6f));
    assertWeights(0.5966792678, -2.5484116040);
  }

  @Test
  void lambMovesParametersThatAreZero() {
    w.assign(new float[] {0, 0});
    step(new LAMB(params, 0.1), 3, -0.01f);
    assertEquals(-0.1f, w.get(0), 1e-4f);
    assertEquals(0.1f, w.get(1), 1e-4f);
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
  void frozenParametersAreLeftOut() {
    Tensor frozen = Tensor.ones(1);
    List<Parameter> both = List.of(params.getFirst(), new Parameter("frozen", frozen));
    SGD sgd = new SGD(both, 0.1);
    assertEquals(params, sgd.groups().getFirst().parameters());
  }
}
