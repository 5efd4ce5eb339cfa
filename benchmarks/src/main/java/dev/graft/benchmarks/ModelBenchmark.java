package dev.graft.benchmarks;

import dev.graft.models.Architecture;
import dev.graft.nn.CrossEntropyLoss;
import dev.graft.nn.Layer;
import dev.graft.optim.SGD;
import dev.graft.plan.Graph;
import dev.graft.plan.InferencePlan;
import dev.graft.plan.Tracer;
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

/**
 * Whole networks: inference, eager and by a plan, and training steps; images and GFLOP a second.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 3, time = 1)
@Fork(
    value = 1,
    jvmArgsPrepend = {
      "--add-modules=jdk.incubator.vector",
      "-Dgraft.warmup=off",
      "-XX:+UseParallelGC",
      "-Xmx6g"
    })
public class ModelBenchmark {
  /** Network, image side and batch. */
  @Param({"cifar_resnet20 32 128", "resnet18 224 1", "resnet18 224 16"})
  public String network;

  private Layer model;
  private Tensor images;
  private int[] labels;
  private InferencePlan plan;
  private float[] logits;
  private long multiplyAdds;
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
    model.eval();
    Graph graph = Tracer.trace(model::apply, images.shape());
    multiplyAdds = graph.calls().stream().mapToLong(Graph.Call::multiplyAdds).sum();
    plan = InferencePlan.of(graph);
    logits = new float[plan.outputShape().numel()];
    sgd = new SGD(model.parameters(), 0.01, 0.9f, 1e-4f, false);
  }

  @Benchmark
  public Tensor inference(Images count, Flops flops) {
    model.eval();
    count.images += images.dim(0);
    flops.add(multiplyAdds);
    return Autograd.noGrad(() -> model.apply(images));
  }

  @Benchmark
  public float[] plan(Images count, Flops flops) {
    plan.run(images, logits);
    count.images += images.dim(0);
    flops.add(multiplyAdds);
    return logits;
  }

  /** A convolution's two gradients make as many multiply-adds as it does, each. */
  @Benchmark
  public float trainingStep(Images count, Flops flops) {
    model.train();
    flops.add(3 * multiplyAdds);
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
