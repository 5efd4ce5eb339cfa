package dev.graft.benchmarks;

import dev.graft.op.PoolParams;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Functional;
import dev.graft.tensor.Rng;
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

/** Pooling and norms of channels-last images [n, c, h, w], in GB a second. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
public class ImageBenchmark extends Forked {
  @Param({"16x64x56x56"})
  public String size;

  private Tensor x;
  private Tensor weight;
  private Tensor bias;
  private Tensor mean;
  private Tensor variance;

  @Setup
  public void operands() {
    String[] parts = size.split("x");
    int channels = Integer.parseInt(parts[1]);
    x =
        Tensor.randn(
                Rng.of(1),
                Integer.parseInt(parts[0]),
                channels,
                Integer.parseInt(parts[2]),
                Integer.parseInt(parts[3]))
            .channelsLast();
    weight = Tensor.randn(Rng.of(2), channels).requireGrad();
    bias = Tensor.randn(Rng.of(3), channels).requireGrad();
    mean = Tensor.zeros(channels);
    variance = Tensor.ones(channels);
  }

  private Tensor run(Supplier<Tensor> body, Traffic traffic) {
    Tensor result = Autograd.noGrad(body);
    traffic.add((long) x.numel() + result.numel());
    return result;
  }

  @Benchmark
  public Tensor maxPool(Traffic traffic) {
    PoolParams stem = PoolParams.of(3).withStride(2).withPadding(1);
    return run(() -> Functional.maxPool2d(x, stem), traffic);
  }

  @Benchmark
  public Tensor globalAveragePool(Traffic traffic) {
    return run(() -> Functional.adaptiveAvgPool2d(x, 1, 1), traffic);
  }

  @Benchmark
  public Tensor batchNormEval(Traffic traffic) {
    return run(() -> batchNorm(x, false), traffic);
  }

  /** Statistics and normalisation: the images are read twice, and counted twice. */
  @Benchmark
  public Tensor batchNormTraining(Traffic traffic) {
    traffic.add(x.numel());
    return run(() -> batchNorm(x, true), traffic);
  }

  /** Forward as above; backward reads images and gradient twice and writes a gradient. */
  @Benchmark
  public Tensor batchNormStep(Traffic traffic) {
    Tensor images = x.detach().requireGrad();
    batchNorm(images, true).backward(x);
    traffic.add(8L * x.numel());
    return images.grad();
  }

  private Tensor batchNorm(Tensor images, boolean training) {
    return Functional.batchNorm(images, weight, bias, mean, variance, training, 0.1f, 1e-5f);
  }

  /** Statistics and normalisation, as in batch norm. */
  @Benchmark
  public Tensor groupNorm(Traffic traffic) {
    traffic.add(x.numel());
    return run(() -> Functional.groupNorm(x, 8, weight, bias, 1e-5f), traffic);
  }
}
