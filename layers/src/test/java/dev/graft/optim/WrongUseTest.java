package dev.graft.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.graft.nn.Linear;
import dev.graft.nn.Parameter;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.function.Executable;

/** What wrong uses of optimisers and schedules are told, word for word. */
class WrongUseTest {
  private final Map<String, Executable> uses = new LinkedHashMap<>();
  private final List<Parameter> params = List.of(new Parameter("w", Tensor.zeros(1).requireGrad()));
  private final List<ParamGroup> groups = List.of(new ParamGroup(params, 1, 0));

  private void wrong(String message, Executable use) {
    uses.put(message, use);
  }

  @TestFactory
  Stream<DynamicTest> everyWrongUse() {
    parameters();
    optimizers();
    schedules();
    compositions();
    return uses.entrySet().stream()
        .map(e ->
            DynamicTest.dynamicTest(
                e.getKey(),
                () ->
                    assertEquals(
                        e.getKey(),
                        assertThrows(IllegalArgumentException.class, e.getValue()).getMessage())));
  }

  private void parameters() {
    for (double lr : new double[] {0, -0.1, Double.NaN, Double.POSITIVE_INFINITY}) {
      wrong("optimizer: lr must be positive and finite: " + lr, () -> new Adam(params, lr));
    }
    wrong(
        "optimizer: weight decay must not be negative: -0.1",
        () -> new ParamGroup(params, 1, -0.1f));
    wrong(
        "optimizer: weight decay must not be negative: NaN",
        () -> new ParamGroup(params, 1, Float.NaN));
    wrong(
        "optimizer: no parameters to train: everything is frozen; unfreeze a layer or add a head",
        () -> new SGD(new Linear(2, 2, Rng.of(1)).freeze().parameters(), 1));
    wrong(
        "optimizer: parameter \"w\" is given twice; it must be in one group",
        () -> new SGD(List.of(groups.getFirst(), new ParamGroup(params, 2, 0)), 0, false));
    wrong(
        "optimizer: a schedule's lr must be finite and not negative: -1.0",
        () -> groups.getFirst().setLr(-1));
  }

  private void optimizers() {
    wrong("sgd: momentum must be in [0, 1): 1.5", () -> new SGD(params, 1, 1.5f, 0, false));
    wrong("sgd: momentum must be in [0, 1): -0.1", () -> new SGD(params, 1, -0.1f, 0, false));
    wrong("sgd: nesterov needs a momentum above 0", () -> new SGD(params, 1, 0, 0, true));
    wrong(
        "adam: betas must be in [0, 1) and eps not negative: betas [0.9, 1.0], eps 1.0E-8",
        () -> new Adam(groups, 0.9f, 1, 1e-8f));
    wrong(
        "adamw: betas must be in [0, 1) and eps not negative: betas [-0.5, 0.9], eps 1.0E-8",
        () -> new AdamW(groups, -0.5f, 0.9f, 1e-8f));
    wrong(
        "lamb: betas must be in [0, 1) and eps not negative: betas [0.9, 0.99], eps -1.0",
        () -> new LAMB(groups, 0.9f, 0.99f, -1));
    wrong(
        "rmsprop: alpha must be in [0, 1) and eps not negative: alpha 1.0, eps 1.0E-8",
        () -> new RMSprop(groups, 1, 1e-8f, 0, false));
    wrong(
        "rmsprop: momentum must be in [0, 1): 1.0",
        () -> new RMSprop(groups, 0.9f, 1e-8f, 1, false));
  }

  private void schedules() {
    wrong(
        "schedule: step must not be negative: -1",
        () -> new StepLR(1, 0.5).set(new SGD(groups, 0, false), -1));
    wrong("step_lr: step size must be at least 1: 0", () -> new StepLR(0, 0.5));
    wrong("step_lr: gamma must be positive and finite: 0.0", () -> new StepLR(1, 0));
    wrong(
        "multi_step_lr: milestones must not be negative: [3, -1]",
        () -> new MultiStepLR(List.of(3, -1), 0.5));
    wrong(
        "multi_step_lr: gamma must be positive and finite: -0.1",
        () -> new MultiStepLR(List.of(3), -0.1));
    wrong(
        "cosine_lr: needs at least 1 step and endFactor in [0, 1]: 0, 0.0", () -> new CosineLR(0));
    wrong(
        "cosine_annealing_lr: tMax must be at least 1 and endFactor in [0, 1]: 3, 2.0",
        () -> new CosineAnnealingLR(3, 2));
    wrong(
        "linear_warmup: needs at least 1 step and startFactor in (0, 1]: 3, 0.0",
        () -> new LinearWarmup(3, 0));
    wrong("linear_lr: totalIters must be at least 1: 0", () -> new LinearLR(0, 0.5, 1));
    wrong(
        "linear_lr: startFactor must be in (0, 1] and endFactor in [0, 1]: 0.0, 1.0",
        () -> new LinearLR(3, 0, 1));
    wrong(
        "one_cycle_lr: needs at least 1 step and pctStart in [0, 1]: 5, 1.1",
        () -> new OneCycleLR(5, 1.1, 25, 1e4));
    wrong(
        "one_cycle_lr: factors must be positive: 0.0, 10000.0",
        () -> new OneCycleLR(5, 0.3, 0, 1e4));
    wrong(
        "constant_lr: initialFactor must be in [0, 1] and totalIters not negative: 2.0, 3",
        () -> new ConstantLR(2, 3));
    wrong("exponential_lr: gamma must be positive and finite: 0.0", () -> new ExponentialLR(0));
    wrong(
        "polynomial_lr: totalIters must be at least 1 and power positive: 3, -1.0",
        () -> new PolynomialLR(3, -1));
  }

  private void compositions() {
    Schedule half = new ExponentialLR(0.5);
    wrong("chained_lr: needs at least one schedule", () -> new ChainedLR());
    wrong(
        "sequential_lr: needs one milestone less than schedules: 2 schedules, milestones []",
        () -> new SequentialLR(List.of(half, half), List.of()));
    wrong(
        "sequential_lr: milestones must be positive and rising: [5, 5]",
        () -> new SequentialLR(List.of(half, half, half), List.of(5, 5)));
    wrong(
        "sequential_lr: needs one milestone less than schedules: 0 schedules, milestones []",
        () -> new SequentialLR(List.of(), List.of()));
  }
}
