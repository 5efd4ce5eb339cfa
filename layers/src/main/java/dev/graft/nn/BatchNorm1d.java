package dev.graft.nn;

import dev.graft.tensor.ShapeException;
import dev.graft.tensor.Tensor;

/** As {@link BatchNorm2d}, of x [n, c] or [n, c, l]. */
public final class BatchNorm1d extends BatchNorm {
  public BatchNorm1d(int channels) {
    super(channels);
  }

  public BatchNorm1d(int channels, float momentum, float eps) {
    super(channels, momentum, eps);
  }

  @Override
  void checkRank(Tensor x) {
    if (x.rank() != 2 && x.rank() != 3) {
      throw ShapeException.of("batch_norm: needs input [n, c] or [n, c, l]: got %s", x.shape());
    }
  }
}
