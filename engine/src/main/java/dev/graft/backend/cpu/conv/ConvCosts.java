package dev.graft.backend.cpu.conv;

import dev.graft.backend.ConvShape;
import dev.graft.backend.cpu.Vectors;
import dev.graft.backend.cpu.gemm.Microkernel;

/**
 * What the algorithms are expected to cost, in nanoseconds of one core. The constants are measured;
 * only their ratios matter, which is why one set serves every machine.
 *
 * @param rate vectors of multiply-adds a nanosecond inside the products: 5.5, of 6.5 that the core
 *     can do
 * @param streaming floats of weights read a nanosecond from beyond L2
 * @param transform nanoseconds for one vector of channels of one position of a tile, there or back:
 *     a load and a store in two passes
 */
record ConvCosts(double rate, double streaming, double transform) {
  static final ConvCosts MEASURED = new ConvCosts(5.5, 5, 1.4);

  /** Sums over taps and channels, without a transform. */
  double direct(ConvShape s) {
    double weights = (double) s.outChannels() * s.inChannelsPerGroup() * s.kernelH() * s.kernelW();
    double filled = (double) s.outChannelsPerGroup() / panelColumns(s.outChannelsPerGroup());
    return s.macs() / filled / (rate * Vectors.LANES) + weights / streaming;
  }

  /**
   * Winograd's products, transforms and weights.
   *
   * @param fresh whether the weights are transformed each time
   */
  double winograd(ConvShape s, WinogradTile tile, boolean fresh) {
    double tiles =
        (double) s.n()
            * Math.ceilDiv(s.outH(), tile.outputs())
            * Math.ceilDiv(s.outW(), tile.outputs());
    double rows = Math.ceil(tiles / Microkernel.HALF.rows()) * Microkernel.HALF.rows();
    double weights = (double) tile.positions() * s.inChannels() * panelColumns(s.outChannels());
    double products = rows * weights / (rate * Vectors.LANES);
    double vectors = (double) (s.inChannels() + s.outChannels()) / Vectors.LANES;
    double transforms = tiles * tile.positions() * vectors * transform;
    double reading = weights / streaming;
    return products + transforms + reading + (fresh ? weights / Vectors.LANES * transform * 2 : 0);
  }

  /** The weight gradient by Winograd's form: sums are read and written as weights are. */
  double winogradWeightGradient(ConvShape s, WinogradTile tile) {
    double tiles =
        (double) s.n()
            * Math.ceilDiv(s.outH(), tile.outputs())
            * Math.ceilDiv(s.outW(), tile.outputs());
    double weights = (double) tile.positions() * s.inChannels() * panelColumns(s.outChannels());
    double vectors = (double) (s.inChannels() + s.outChannels()) / Vectors.LANES;
    return tiles * weights / (rate * Vectors.LANES)
        + tiles * tile.positions() * vectors * transform
        + weights / streaming * 2;
  }

  private static int panelColumns(int outputs) {
    return Math.ceilDiv(outputs, Vectors.LANES) * Vectors.LANES;
  }
}
