package dev.graft.benchmarks;

import dev.graft.backend.Backend;
import dev.graft.backend.Backends;
import dev.graft.backend.ConvShape;
import dev.graft.backend.View;
import dev.graft.tensor.Layout;
import dev.graft.tensor.Shape;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

/** A convolution and its two gradients, in calls and GFLOP a second. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@State(Scope.Benchmark)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 3, time = 1)
public class ConvBenchmark extends Forked {
  /**
   * Batch, input channels, side of the image, output channels, side of the kernel, stride: layers
   * of ResNet-50 on ImageNet (a batch of 1) and of a CIFAR ResNet (a batch of 32).
   */
  @Param({
    "1x3x224x64x7x2",
    "1x64x56x64x3x1",
    "1x128x28x128x3x1",
    "1x256x14x256x3x1",
    "1x512x7x512x3x1",
    "1x256x56x64x1x1",
    "1x64x56x256x1x1",
    "1x128x56x128x3x2",
    "32x16x32x16x3x1",
    "32x32x16x32x3x1",
    "32x64x8x64x3x1"
  })
  public String layer;

  private final Backend backend = Backends.cpu();
  private ConvShape shape;
  private View x;
  private View weight;
  private View out;
  private View gradX;
  private View gradWeight;

  @Setup
  public void operands() {
    int[] p = Stream.of(layer.split("x")).mapToInt(Integer::parseInt).toArray();
    int pad = p[4] / 2;
    shape = new ConvShape(p[0], p[1], p[2], p[2], p[3], p[4], p[4], p[5], p[5], pad, pad, 1, 1, 1);
    Shape input = Shape.of(p[0], p[1], p[2], p[2]);
    Shape kernel = Shape.of(p[3], p[1], p[4], p[4]);
    Shape output = Shape.of(p[0], p[3], shape.outH(), shape.outW());
    x = Operands.normal(backend, Layout.channelsLast(input));
    gradX = Operands.normal(backend, Layout.channelsLast(input));
    weight = Operands.normal(backend, Layout.rowMajor(kernel));
    gradWeight = Operands.normal(backend, Layout.rowMajor(kernel));
    out = Operands.normal(backend, Layout.channelsLast(output));
  }

  @Benchmark
  public void forward(Flops flops) {
    backend.conv().conv2d(shape, x, weight, null, out);
    flops.add(shape.macs());
  }

  @Benchmark
  public void inputGradient(Flops flops) {
    backend.conv().conv2dInputGrad(shape, out, weight, gradX);
    flops.add(shape.macs());
  }

  @Benchmark
  public void weightGradient(Flops flops) {
    backend.conv().conv2dWeightGrad(shape, x, out, gradWeight);
    flops.add(shape.macs());
  }
}
