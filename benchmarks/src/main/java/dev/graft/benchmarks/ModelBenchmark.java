package dev.graft.benchmarks;

import dev.graft.models.Architecture;
import dev.graft.nn.CrossEntropyLoss;
import dev.graft.nn.Layer;
import dev.graft.optim.SGD;
import dev.graft.tensor.Autograd;
import dev.graft.tensor.Rng;
import dev.graft.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Whole networks: one inference and one training step; the counter gives images per second. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(
    value = 1,
    jvmArgsPrepend = {"--add-modules=jdk.incubator.vector", "-XX:+UseParallelGC", "-Xmx6g"})
public class ModelBenchmark {
  /** Network, image side and batch. */
  @Param({"cifar_resnet20 32 128", "resnet18 224 1", "resnet18 224 16"})
  public String network;

  private Layer model;
  private Tensor images;
  private int[] labels;
  private SGD sgd;

  /** Images per second, beside calls per second. */
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  @State(Scope.Thread)
  public static class Images {
    public long images;

    @Setup(Level.Iteration)
    public void reset() {
      images = 0;
    }
  }

  @Setup
  public void setUp() {
    String[] parts = network.split(" ");
    int side = Integer.parseInt(parts[1]);
    int batch = Integer.parseInt(parts[2]);
    model = Architecture.of(parts[0], 10).build(Rng.of(1));
    images = Tensor.randn(Rng.of(2), batch, 3, side, side);
    labels = new int[batch];
    for (int i = 0; i < batch; i++) {
      labels[i] = i % 10;
    }
    sgd = new SGD(model.parameters(), 0.01, 0.9f, 1e-4f, false);
  }

  @Benchmark
  public Tensor inference(Images count) {
    model.eval();
    count.images += images.dim(0);
    return Autograd.noGrad(() -> model.apply(images));
  }

  @Benchmark
  public float trainingStep(Images count) {
    model.train();
    count.images += images.dim(0);
    return Autograd.step(() -> {
      sgd.zeroGrad();
      Tensor loss = new CrossEntropyLoss().apply(model.apply(images), labels);
      loss.backward();
      sgd.step();
      return loss.item();
    });
  }
}
