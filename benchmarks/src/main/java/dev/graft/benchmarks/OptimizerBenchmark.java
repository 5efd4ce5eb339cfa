package dev.graft.benchmarks;

import dev.graft.nn.Parameter;
import dev.graft.optim.Adam;
import dev.graft.optim.LAMB;
import dev.graft.optim.Optimizer;
import dev.graft.optim.SGD;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.util.List;
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

/** Steps of optimisers on one large parameter, in GB a second. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class OptimizerBenchmark extends Forked {
  @Param({"8388608"})
  public int elements;

  private Optimizer sgd;
  private Optimizer adam;
  private Optimizer lamb;

  @Setup
  public void parameters() {
    sgd = new SGD(parameter(), 0.01, 0.9f);
    adam = new Adam(parameter(), 0.001);
    lamb = new LAMB(parameter(), 0.001);
  }

  private List<Parameter> parameter() {
    Tensor values = Tensor.randn(Rng.of(1), elements).requireGrad();
    values.setGrad(Tensor.randn(Rng.of(2), elements));
    return List.of(new Parameter("weight", values));
  }

  /** Reads value, gradient and velocity, writes value and velocity. */
  @Benchmark
  public void sgd(Traffic traffic) {
    sgd.step();
    traffic.add(5L * elements);
  }

  /** Reads value, gradient and both moments, writes all but the gradient. */
  @Benchmark
  public void adam(Traffic traffic) {
    adam.step();
    traffic.add(7L * elements);
  }

  /** As Adam's, and the direction: written, read for its norm and for the step; two norms. */
  @Benchmark
  public void lamb(Traffic traffic) {
    lamb.step();
    traffic.add(12L * elements);
  }
}
