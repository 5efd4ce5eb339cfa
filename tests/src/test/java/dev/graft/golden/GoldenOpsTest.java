package dev.graft.golden;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.backend.Backends;
import dev.graft.tensor.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * PyTorch's values and gradients for every op, on the backend that {@code graft.backend} and {@code
 * graft.vector.bits} choose: the build runs this on SIMD at each width and on the scalar backend.
 */
@Tag("every-backend")
class GoldenOpsTest {
  @Test
  void theBackendIsTheOneAskedFor() {
    String name = Backends.cpu().name();
    String backend = System.getProperty("graft.backend", "auto");
    String bits = System.getProperty("graft.vector.bits", "auto");
    assertTrue(name.startsWith(backend.equals("scalar") ? "scalar" : "SIMD"), name);
    if (!bits.equals("auto") && !backend.equals("scalar")) {
      assertTrue(name.contains(bits + "-bit"), name);
    }
  }

  @TestFactory
  Stream<DynamicTest> everyRow() throws IOException {
    return GoldenCase.all().stream()
        .filter(c -> !c.op().contains("."))
        .flatMap(GoldenOpsTest::orders)
        .map(c -> DynamicTest.dynamicTest(c.toString(), () -> check(c)));
  }

  static Stream<GoldenCase> orders(GoldenCase c) {
    if (GoldenOps.of(c.op()) == null) {
      return Stream.of(c);
    }
    Stream<GoldenCase> two = Stream.of(c, c.in(GoldenCase.Memory.STRIDED));
    return c.hasImages()
        ? Stream.concat(two, Stream.of(c.in(GoldenCase.Memory.CHANNELS_LAST)))
        : two;
  }

  static void check(GoldenCase c) {
    GoldenOps.Runner runner = GoldenOps.of(c.op());
    assertNotNull(runner, "no runner in GoldenOps for " + c.op());
    Tensor out = runner.run(c);
    Agreement.check("out0", c.expected("out0"), out, Agreement.FORWARD);
    List<String> running = List.of("running_mean", "running_var");
    for (int k = 1; k < c.names("outputs").size(); k++) {
      Tensor statistic = c.input(running.get(k - 1));
      Agreement.check(running.get(k - 1), c.expected("out" + k), statistic, Agreement.FORWARD);
    }
    out.backward(c.expected("gout0").to(out.backend()));
    for (String input : c.names("grads")) {
      Agreement.check(
          "grad." + input, c.expected("grad." + input), c.grad(input), Agreement.GRADIENT);
    }
  }
}
