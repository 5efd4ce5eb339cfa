package dev.graft.benchmarks;

import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
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

/** Matrix products [m, k] × [k, n], in calls and GFLOP a second. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 3, time = 1)
public class GemmBenchmark extends Forked {
  /** Cubes, the classifier of a ResNet-50 at batch 1 and 16, and products of its 1×1 layers. */
  @Param({
    "256x256x256",
    "512x512x512",
    "1024x1024x1024",
    "1x2048x1000",
    "16x2048x1000",
    "3136x64x256",
    "196x1024x256"
  })
  public String size;

  private final Backend backend = Backends.cpu();
  private View a;
  private View b;
  private View out;
  private long multiplyAdds;

  @Setup
  public void operands() {
    String[] parts = size.split("x");
    int m = Integer.parseInt(parts[0]);
    int k = Integer.parseInt(parts[1]);
    int n = Integer.parseInt(parts[2]);
    a = Operands.normal(backend, Layout.rowMajor(Shape.of(1, m, k)));
    b = Operands.normal(backend, Layout.rowMajor(Shape.of(1, k, n)));
    out = Operands.normal(backend, Layout.rowMajor(Shape.of(1, m, n)));
    multiplyAdds = (long) m * k * n;
  }

  @Benchmark
  public void product(Flops flops) {
    backend.matmul().matmul(a, b, null, out);
    flops.add(multiplyAdds);
  }
}
