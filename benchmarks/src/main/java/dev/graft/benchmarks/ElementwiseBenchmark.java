package dev.graft.benchmarks;

import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.backend.BinaryKind;
import dev.graft.backend.UnaryKind;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Elementwise functions of one and two arguments and their gradients, in GB a second. All kinds run
 * before one is measured: loops that several kinds share would show here.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class ElementwiseBenchmark extends Forked {
  @Param({"4194304"})
  public int elements;

  @Param({"RELU", "SIGMOID", "EXP", "GELU"})
  public UnaryKind kind;

  private final Backend backend = Backends.cpu();
  private View x;
  private View y;
  private View out;

  @Setup
  public void operands() {
    Layout layout = Layout.rowMajor(Shape.of(elements));
    x = Operands.normal(backend, layout);
    y = Operands.normal(backend, layout);
    out = Operands.normal(backend, layout);
    for (int round = 0; round < 20; round++) {
      for (UnaryKind each : UnaryKind.values()) {
        backend.elementwise().unary(each, 1, 2, x, out);
      }
      for (BinaryKind each : BinaryKind.values()) {
        backend.elementwise().binary(each, x, y, out);
      }
    }
  }

  @Benchmark
  public void unary(Traffic traffic) {
    backend.elementwise().unary(kind, 0, 0, x, out);
    traffic.add(2L * elements);
  }

  @Benchmark
  public void unaryGradient(Traffic traffic) {
    backend.elementwise().unaryGrad(kind, 0, 0, x, x, y, out);
    traffic.add(3L * elements);
  }

  @Benchmark
  public void add(Traffic traffic) {
    backend.elementwise().binary(BinaryKind.ADD, x, y, out);
    traffic.add(3L * elements);
  }
}
