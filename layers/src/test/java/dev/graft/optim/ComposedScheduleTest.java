package dev.graft.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Schedules against the learning rates that PyTorch 1.13 sets from 1, step by step. */
class ComposedScheduleTest {
  private static void assertFactors(Schedule schedule, double... expected) {
    for (int step = 0; step < expected.length; step++) {
      assertEquals(expected[step], schedule.factor(step), 1e-9, "step " + step);
    }
  }

  @Test
  void warmupThenCosine() {
    assertFactors(
        new SequentialLR(
            List.of(new LinearWarmup(4, 0.1), new CosineAnnealingLR(6, 0.1)), List.of(4)),
        0.1,
        0.325,
        0.55,
        0.775,
        1,
        0.939711431703,
        0.775,
        0.55,
        0.325,
        0.160288568297);
  }

  @Test
  void threeInSequence() {
    assertFactors(
        new SequentialLR(
            List.of(new ConstantLR(0.25, 2), new ExponentialLR(0.9), new StepLR(2, 0.5)),
            List.of(3, 6)),
        0.25,
        0.25,
        1,
        1,
        0.9,
        0.81,
        1,
        1,
        0.5,
        0.5);
  }

  @Test
  void oneAloneIsItself() {
    assertFactors(new SequentialLR(List.of(new ExponentialLR(0.5)), List.of()), 1, 0.5, 0.25);
  }

  @Test
  void chains() {
    assertFactors(
        new ChainedLR(new ConstantLR(0.1, 2), new ExponentialLR(0.9)),
        0.1,
        0.09,
        0.81,
        0.729,
        0.6561,
        0.59049,
        0.531441,
        0.4782969,
        0.43046721,
        0.387420489);
    assertFactors(
        new ChainedLR(new LinearWarmup(4, 0.5), new MultiStepLR(List.of(3, 5), 0.1)),
        0.5,
        0.625,
        0.75,
        0.0875,
        0.1,
        0.01,
        0.01);
  }

  @Test
  void compositionsCompose() {
    Schedule inner = new ChainedLR(new ExponentialLR(0.5), new LinearWarmup(2, 0.5));
    assertFactors(
        new SequentialLR(List.of(new ConstantLR(0.1, 9), inner), List.of(1)),
        0.1,
        0.5,
        0.375,
        0.25,
        0.125);
  }

  @Test
  void simpleOnes() {
    assertFactors(new ExponentialLR(0.5), 1, 0.5, 0.25, 0.125, 0.0625);
    assertFactors(new ConstantLR(0.25, 2), 0.25, 0.25, 1, 1);
    assertFactors(new LinearLR(4, 0.5, 0.1), 0.5, 0.4, 0.3, 0.2, 0.1, 0.1);
    assertFactors(new PolynomialLR(4, 2), 1, 0.5625, 0.25, 0.0625, 0, 0);
  }

  @Test
  void pytorchsCosineRisesAgain() {
    assertFactors(
        new CosineAnnealingLR(4, 0.2),
        1,
        0.882842712475,
        0.6,
        0.317157287525,
        0.2,
        0.317157287525,
        0.6,
        0.882842712475,
        1);
  }

  @Test
  void oneCycleAlongLines() {
    assertFactors(
        new OneCycleLR(10, 0.3, 25, 1e4, OneCycleLR.Anneal.LINEAR),
        0.04,
        0.52,
        1,
        0.857143428571,
        0.714286857143,
        0.571430285714,
        0.428573714286,
        0.285717142857,
        0.142860571429,
        4e-6);
  }
}
