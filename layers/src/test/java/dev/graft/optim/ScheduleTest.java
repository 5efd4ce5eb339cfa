package dev.graft.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.graft.nn.Parameter;
import dev.graft.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static void assertFactors(Schedule schedule, double... expected) {
    for (int step = 0; step < expected.length; step++) {
      assertEquals(expected[step], schedule.factor(step), 1e-12, "step " + step);
    }
  }

  @Test
  void steps() {
    assertFactors(new StepLR(2, 0.5), 1, 1, 0.5, 0.5, 0.25);
    assertFactors(new MultiStepLR(List.of(1, 3), 0.1), 1, 0.1, 0.1, 0.01, 0.01);
  }

  @Test
  void cosineFallsToItsEndAndStays() {
    assertFactors(
        new CosineLR(4), 1, (1 + Math.sqrt(0.5)) / 2, 0.5, (1 - Math.sqrt(0.5)) / 2, 0, 0);
    assertFactors(new CosineLR(2, 0.2), 1, 0.6, 0.2, 0.2);
  }

  @Test
  void warmupRisesEvenly() {
    assertFactors(new LinearWarmup(4, 0.2), 0.2, 0.4, 0.6, 0.8, 1, 1);
  }

  @Test
  void oneCycleRisesToThePeakAndFallsBelowItsStart() {
    OneCycleLR cycle = new OneCycleLR(11, 3.0 / 11, 25, 1e4);
    assertFactors(cycle, 0.04, 0.52, 1);
    assertEquals((1 + 4e-6) / 2, cycle.factor(6), 1e-12); // half-way from step 2 to step 10
    assertEquals(4e-6, cycle.factor(10), 1e-15);
  }

  @Test
  void oneCycleWithoutARiseStartsAtThePeak() {
    assertEquals(1, new OneCycleLR(10, 0.1, 25, 1e4).factor(0));
    assertEquals(1, new OneCycleLR(1, 1, 25, 1e4).factor(0));
  }

  @Test
  void aScheduleScalesEachGroupsOwnRate() {
    Tensor p = Tensor.zeros(1).requireGrad();
    Tensor q = Tensor.zeros(1).requireGrad();
    SGD sgd =
        new SGD(
            List.of(
                new ParamGroup(List.of(new Parameter("p", p)), 0.4, 0),
                new ParamGroup(List.of(new Parameter("q", q)), 0.04, 0)),
            0,
            false);
    Schedule halve = new StepLR(1, 0.5);
    halve.set(sgd, 2);
    halve.set(sgd, 1);
    assertEquals(0.2, sgd.groups().get(0).lr(), 1e-15);
    assertEquals(0.02, sgd.groups().get(1).lr(), 1e-15);
  }

  @Test
  void aScheduleThatGoesNegativeIsRefused() {
    SGD sgd = new SGD(List.of(new Parameter("p", Tensor.zeros(1).requireGrad())), 1);
    Schedule broken = step -> -1;
    Exception e = assertThrows(IllegalArgumentException.class, () -> broken.set(sgd, 0));
    assertEquals(
        "optimizer: a schedule's lr must be finite and not negative: -1.0", e.getMessage());
  }
}
