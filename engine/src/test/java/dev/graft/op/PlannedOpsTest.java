package dev.graft.op;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.graft.plan.InferencePlan;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every op gives in a plan what it gives outside: each of its inputs in turn depends on the plan's
 * input, the others are constants. The values lie somewhere in the arena, row-major and as views.
 */
class PlannedOpsTest {
  @TestFactory
  Stream<DynamicTest> everyRow() {
    return GradientRows.all().stream()
        .filter(row -> !(row.op() instanceof Dropout))
        .filter(row -> !(row.op() instanceof BatchNorm b && b.training()))
        .filter(row -> !(row.op() instanceof BatchNormRelu))
        .flatMap(row ->
            IntStream.range(0, row.shapes().length)
                .boxed()
                .flatMap(i -> Stream.of(test(row, i, false), test(row, i, true))));
  }

  private static DynamicTest test(GradientRow row, int input, boolean transposed) {
    String name = row + ", input " + input + (transposed ? " transposed" : "");
    return DynamicTest.dynamicTest(name, () -> check(row, input, transposed));
  }

  private static void check(GradientRow row, int input, boolean transposed) {
    Doubles[] values = row.inputs(Rng.of(5));
    Tensor[] inputs = new Tensor[values.length];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = GradientsTest.tensor(values[i], false).detach();
    }
    int rank = inputs[input].rank();
    int[] turned = IntStream.range(0, rank).map(i -> rank - 1 - i).toArray();
    Tensor given = transposed ? inputs[input].permute(turned).contiguous().detach() : inputs[input];
    InferencePlan plan =
        InferencePlan.of(
            x -> {
              Tensor beside = x.mul(1.5f);
              Tensor value = x.neg().neg();
              Tensor[] all = inputs.clone();
              all[input] = transposed ? value.permute(turned) : value;
              Tensor y = Node.apply(row.op(), all);
              return Tensor.cat(0, y.reshape(y.numel()), beside.reshape(beside.numel()));
            },
            given.shape());
    Tensor y = Autograd.noGrad(() -> Node.apply(row.op(), inputs));
    Tensor expected = Tensor.cat(0, y.reshape(y.numel()), given.mul(1.5f).reshape(given.numel()));
    for (int run = 0; run < 2; run++) {
      Tensor actual = plan.run(given);
      assertEquals(expected.shape(), actual.shape());
      float[] e = expected.toArray();
      float[] a = actual.toArray();
      for (int i = 0; i < e.length; i++) {
        assertEquals(e[i], a[i], 2e-5 * Math.max(1, Math.abs(e[i])), plan.toString());
      }
    }
  }
}
