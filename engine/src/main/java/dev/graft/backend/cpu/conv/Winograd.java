package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;
import dev.graft.backend.Lines;
import dev.graft.backend.PackedMemory;
import dev.graft.backend.PreparedConv;
import dev.graft.backend.View;
import dev.graft.backend.cpu.Vectors;

/**
 * A 3×3 convolution of stride 1 by Winograd's minimal filtering (Lavin and Gray, 2016): tiles of
 * the image are transformed, multiplied position by position, and transformed back.
 */
final class Winograd implements PreparedConv {
  private final ConvShape shape;
  private final WinogradTile tile;
  private final WinogradWeights weights;
  private final View bias;
  private final boolean relu;

  private Winograd(
      ConvShape shape, WinogradTile tile, WinogradWeights weights, View bias, boolean relu) {
    this.shape = shape;
    this.tile = tile;
    this.weights = weights;
    this.bias = bias;
    this.relu = relu;
  }

  static Winograd of(
      ConvShape shape,
      WinogradTile tile,
      View weight,
      double[] scale,
      View bias,
      boolean relu,
      PackedMemory memory) {
    int length = WinogradWeights.length(tile, shape.inChannels(), shape.outChannels());
    Lines.Run to = memory.take(length);
    WinogradKernels kernels = WinogradKernels.forward(weight, scale);
    WinogradWeights weights = WinogradWeights.packed(tile, kernels, to.array(), to.at());
    return new Winograd(shape, tile, weights, bias, relu);
  }

  /** Floats of {@link PackedMemory} that the packed weights take. */
  static long room(ConvShape s, WinogradTile tile) {
    return PackedMemory.room(WinogradWeights.length(tile, s.inChannels(), s.outChannels()));
  }

  /** 3×3, stride 1, one group, and whole vectors of channels on both sides. */
  static boolean accepts(ConvShape s) {
    return s.kernelH() == 3
        && s.kernelW() == 3
        && s.strideH() == 1
        && s.strideW() == 1
        && s.dilationH() == 1
        && s.dilationW() == 1
        && s.groups() == 1
        && s.inChannels() % Vectors.LANES == 0
        && s.outChannels() % Vectors.LANES == 0;
  }

  @Override
  public String algorithm() {
    return "winograd " + tile.outputs() + "x" + tile.outputs();
  }

  @Override
  public long weightBytes() {
    return (long) weights.length() * Float.BYTES;
  }

  @Override
  public boolean readsWeight() {
    return false;
  }

  @Override
  public int scratch() {
    return WinogradRun.scratch(shape, tile, true);
  }

  @Override
  public Runnable bind(View x, View residual, View out, View scratch) {
    return new WinogradRun(shape, tile, weights, bias, relu, x, residual, out, scratch);
  }
}
