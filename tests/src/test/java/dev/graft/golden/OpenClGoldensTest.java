package dev.graft.golden;

import dev.graft.backend.Backend;
import dev.graft.tensor.StateDict;
import dev.graft.testing.OpenCl;
import dev.graft.testing.SharedData;
import dev.graft.weights.Weights;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** PyTorch's values on an OpenCL device, with the CPU's tolerances. */
class OpenClGoldensTest {
  private static Backend device;

  @BeforeAll
  static void open() {
    device = OpenCl.device().backend();
  }

  @TestFactory
  Stream<DynamicTest> everyOp() throws IOException {
    return GoldenCase.all(device).stream()
        .filter(c -> !c.op().contains("."))
        .flatMap(GoldenOpsTest::orders)
        .map(c -> DynamicTest.dynamicTest(c.toString(), () -> GoldenOpsTest.check(c)));
  }

  @TestFactory
  Stream<DynamicTest> everyOptimizer() throws IOException {
    return GoldenCase.all(device).stream()
        .filter(c -> c.op().startsWith("optim."))
        .map(c ->
            DynamicTest.dynamicTest(c.toString(), () -> GoldenOptimizersTest.checkOptimizer(c)));
  }

  @Test
  void resnet18AnswersAsTorchvisions() throws IOException {
    StateDict expected = Weights.load(SharedData.golden("models/resnets.safetensors"));
    GoldenResNetsTest.checkValues("resnet18", expected, FormulaWeights.read(), device);
  }

  @Test
  void resnet18TakesATrainingStepAsTorchvisions() throws IOException {
    GoldenResNetsTest.checkTrainingStep(device);
  }
}
