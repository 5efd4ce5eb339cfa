package dev.graft.benchmarks;

import dev.graft.tensor.Autograd;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Shape;
import dev.graft.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
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

/** Softmax, layer norm and sums of rows [rows, columns], in GB a second. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class RowsBenchmark extends Forked {
  @Param({"4096x1000"})
  public String size;

  private Tensor x;
  private Tensor weight;
  private Tensor bias;

  @Setup
  public void operands() {
    String[] parts = size.split("x");
    int columns = Integer.parseInt(parts[1]);
    x = Tensor.randn(Rng.of(1), Integer.parseInt(parts[0]), columns);
    weight = Tensor.randn(Rng.of(2), columns);
    bias = Tensor.randn(Rng.of(3), columns);
  }

  private Tensor run(Supplier<Tensor> body, Traffic traffic) {
    Tensor result = Autograd.noGrad(body);
    traffic.add((long) x.numel() + result.numel());
    return result;
  }

  @Benchmark
  public Tensor softmax(Traffic traffic) {
    return run(() -> x.softmax(1), traffic);
  }

  @Benchmark
  public Tensor logSoftmax(Traffic traffic) {
    return run(() -> x.logSoftmax(1), traffic);
  }

  @Benchmark
  public Tensor layerNorm(Traffic traffic) {
    Shape last = Shape.of(x.dim(1));
    return run(() -> Functional.layerNorm(x, last, weight, bias, 1e-5f), traffic);
  }

  @Benchmark
  public Tensor sumOfRows(Traffic traffic) {
    return run(() -> x.sum(1), traffic);
  }

  @Benchmark
  public Tensor sumOfColumns(Traffic traffic) {
    return run(() -> x.sum(0), traffic);
  }
}
