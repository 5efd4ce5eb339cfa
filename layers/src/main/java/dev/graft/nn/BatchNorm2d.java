package dev.graft.nn;

import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/**
 * Batch normalisation (Ioffe and Szegedy, 2015) of x [n, c, h, w]: by the batch's statistics in
 * training mode, by the running ones (momentum 0.1) in eval mode; eps 1e-5.
 */
public final class BatchNorm2d extends BatchNorm {
  public BatchNorm2d(int channels) {
    super(channels);
  }

  public BatchNorm2d(int channels, float momentum, float eps) {
    super(channels, momentum, eps);
  }

  @Override
  void checkRank(Tensor x) {
    if (x.rank() != 4) {
      throw ShapeException.of("batch_norm: needs input [n, c, h, w]: got %s", x.shape());
    }
  }
}
