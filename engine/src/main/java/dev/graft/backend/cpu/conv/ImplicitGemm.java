package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;
import dev.graft.backend.Lines;
import dev.graft.backend.PackedMemory;
import dev.graft.backend.PreparedConv;
import dev.graft.backend.View;
import dev.graft.backend.cpu.gemm.Epilogue;
import dev.graft.backend.cpu.gemm.Gemm;
import dev.graft.backend.cpu.gemm.PackedB;

/**
 * Any convolution as matrix products, one a group, whose left operand is read from the image by
 * taps and never written out (after XNNPACK's indirect convolution; Dukhan, 2019).
 */
final class ImplicitGemm implements PreparedConv {
  private final ConvShape shape;
  private final Taps taps;
  private final PackedB[] weights;
  private final View bias;
  private final boolean relu;

  ImplicitGemm(
      ConvShape shape, View weight, double[] scale, View bias, boolean relu, PackedMemory memory) {
    this.shape = shape;
    this.taps = Taps.forward(shape);
    this.bias = bias;
    this.relu = relu;
    int k = taps.count() * shape.inChannelsPerGroup();
    int outputs = shape.outChannelsPerGroup();
    this.weights = new PackedB[shape.groups()];
    for (int g = 0; g < weights.length; g++) {
      WeightPanels source = WeightPanels.forward(shape, weight, scale, taps, g);
      Lines.Run to = memory.take(PackedB.length(k, outputs));
      weights[g] = PackedB.packPanels(k, outputs, source, to.array(), to.at());
    }
  }

  /** Floats of {@link PackedMemory} that the packed weights take. */
  static long room(ConvShape s) {
    int k = s.kernelH() * s.kernelW() * s.inChannelsPerGroup();
    return s.groups() * PackedMemory.room(PackedB.length(k, s.outChannelsPerGroup()));
  }

  @Override
  public String algorithm() {
    return taps.count() == 1 ? "pointwise" : "implicit gemm";
  }

  @Override
  public long weightBytes() {
    return (long) weights.length * weights[0].length() * Float.BYTES;
  }

  @Override
  public boolean readsWeight() {
    return false;
  }

  @Override
  public int scratch() {
    return 0;
  }

  @Override
  public Runnable bind(View x, View residual, View out, View scratch) {
    Gemm[] products = new Gemm[weights.length];
    for (int g = 0; g < products.length; g++) {
      int first = g * shape.outChannelsPerGroup();
      int to = out.offset() + first;
      Epilogue epilogue =
          new Epilogue(
              bias == null ? null : bias.array(),
              bias == null ? 0 : bias.offset() + first,
              residual == null ? null : residual.array(),
              residual == null ? 0 : residual.offset() - out.offset(),
              relu);
      products[g] =
          new Gemm(
              shape.n() * shape.outH() * shape.outW(),
              TapPacker.forward(shape, x, g, taps),
              weights[g],
              epilogue,
              out.array(),
              row -> to + row * shape.outChannels());
    }
    return () -> {
      for (Gemm product : products) {
        product.run();
      }
    };
  }
}
