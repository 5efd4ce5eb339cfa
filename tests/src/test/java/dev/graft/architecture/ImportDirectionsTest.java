package dev.graft.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.graft.testing.SharedData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dependencies run one way; the table is in {@link ImportRules}. */
class ImportDirectionsTest {
  private final ImportRules rules = new ImportRules();

  @Test
  void everySourceKeepsToTheTable() throws IOException {
    Path root = SharedData.repository();
    List<String> violations = new ArrayList<>();
    int sources = 0;
    try (Stream<Path> files = Files.walk(root, 20)) {
      for (Path file : files.filter(f -> isSource(root.relativize(f))).toList()) {
        String path = root.relativize(file).toString().replace('\\', '/');
        violations.addAll(rules.violations(path, Files.readString(file)));
        sources++;
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    assertEquals("", String.join("\n", violations));
    assertTrue(sources > 20, "only " + sources + " sources found below " + root);
  }

  private static boolean isSource(Path path) {
    return path.getNameCount() > 4
        && path.getName(1).toString().equals("src")
        && path.toString().endsWith(".java");
  }

  @ParameterizedTest(name = "{0} {1}: {2} -> {3}")
  @CsvSource({
    // module, sources, package, name in the code, allowed
    "engine, main, tensor, dev.graft.op.Conv2d, true",
    "engine, main, tensor, dev.graft.plan.Graph, false",
    "engine, main, tensor, dev.graft.nn.Layer, false",
    "engine, main, op, dev.graft.tensor.Tensor, true",
    "engine, main, op, dev.graft.backend.Backend, true",
    "engine, main, op, dev.graft.backend.cpu.CpuBackend, false",
    "engine, main, op, dev.graft.backend.reference.Loops, false",
    "engine, main, op, jdk.incubator.vector.FloatVector, false",
    "engine, main, backend, dev.graft.tensor.Shape, true",
    "engine, main, backend, dev.graft.tensor.Tensor, false",
    "engine, main, backend, dev.graft.tensor.ShapeExceptions, false",
    "engine, main, backend, dev.graft.op.Op, false",
    "engine, main, backend, dev.graft.backend.cpu.CpuBackend, false",
    "engine, main, backend.cpu.gemm, dev.graft.backend.cpu.conv.Rows, true",
    "engine, main, backend.cpu.gemm, dev.graft.backend.Buffer, true",
    "engine, main, backend.cpu.gemm, dev.graft.tensor.Layout, true",
    "engine, main, backend.cpu.gemm, dev.graft.tensor.Tensor, false",
    "engine, main, backend.cpu, jdk.incubator.vector.FloatVector, true",
    "engine, main, backend.cpu, org.jocl.CL, false",
    "engine, main, backend.cpu, dev.graft.backend.reference.Loops, false",
    "engine, main, backend.opencl, org.jocl.CL, true",
    "engine, main, backend.opencl, jdk.incubator.vector.FloatVector, false",
    "engine, main, plan, dev.graft.op.Node, true",
    "engine, main, plan, dev.graft.backend.cpu.CpuBackend, false",
    "engine, main, elsewhere, dev.graft.tensor.Tensor, false",
    "engine, test, op, dev.graft.backend.cpu.CpuBackend, true",
    "engine, test, op, jdk.incubator.vector.FloatVector, false",
    "engine, test, backend.cpu.gemm, jdk.incubator.vector.FloatVector, true",
    "engine, test, op, dev.graft.nn.Layer, false",
    "layers, main, nn, dev.graft.tensor.Tensor, true",
    "layers, main, nn, dev.graft.weights.Pickle, false",
    "layers, main, nn, dev.graft.backend.cpu.CpuBackend, false",
    "layers, main, models, dev.graft.nn.Layer, true",
    "layers, test, nn, dev.graft.backend.cpu.CpuBackend, false",
    "layers, test, nn, dev.graft.models.ResNet, true",
    "weights-import, main, weights, dev.graft.tensor.StateDict, true",
    "weights-import, main, weights, dev.graft.nn.Layer, false",
    "transfer, main, cli, dev.graft.weights.Pickle, true",
    "transfer, main, data, dev.graft.backend.opencl.ClBackend, false",
    "tests, test, golden, dev.graft.cli.Main, true",
    "tests, test, golden, dev.graft.testing.SharedData, true",
    "tests, test, golden, dev.graft.backend.cpu.CpuBackend, false",
    "tests, test, golden, jdk.incubator.vector.FloatVector, false",
    "benchmarks, main, benchmarks, dev.graft.backend.cpu.CpuBackend, true",
  })
  void tellsRightFromWrong(String module, String kind, String place, String name, boolean allowed) {
    String path = module + "/src/" + kind + "/java/X.java";
    for (String use :
        List.of("import %s;", "import static %s.CONSTANT;", "class X { %s field; }")) {
      String source = "package dev.graft." + place + ";\n\n" + use.formatted(name) + "\n";
      assertEquals(allowed, rules.violations(path, source).isEmpty(), source);
    }
  }

  @Test
  void namesFileLineAndBothSides() {
    String source = "/* a\n b */\npackage dev.graft.op;\n\nimport dev.graft.plan.Graph;\n";
    assertEquals(
        List.of("engine/src/main/java/X.java:5: dev.graft.op may not name dev.graft.plan.Graph"),
        rules.violations("engine/src/main/java/X.java", source));
  }

  @Test
  void commentsAndStringsDoNotCount() {
    String source =
        """
        package dev.graft.backend;
        /** See {@link dev.graft.op.Conv2d}. */
        class X { // as in dev.graft.op.Matmul
          String name = "\\"dev.graft.backend.cpu.CpuBackend";
          char quote = '"'; /* jdk.incubator.vector */ String other = "org.jocl.CL";
        }
        """;
    assertEquals(List.of(), rules.violations("engine/src/main/java/X.java", source));
  }
}
